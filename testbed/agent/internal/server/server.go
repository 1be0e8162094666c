// Package server is the part of a kubelet's API that `kubectl exec` and `kubectl logs` end up at.
package server

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"

	"k8s.io/cri-streaming/pkg/streaming/remotecommand"
	utilexec "k8s.io/utils/exec"

	"testbed/agent/internal/pods"
)

const idle = 4 * time.Hour

// Find gives a pod of this node.
type Find func(namespace, name string) (*pods.Pod, bool)

// Serve answers until the listener is closed. The API server alone may ask: whoever may have a program run here has the
// rights of the one who started the agent. It shows the certificate that it also serves with.
func Serve(listener net.Listener, certificateFile, keyFile string, find Find) error {
	certificate, err := tls.LoadX509KeyPair(certificateFile, keyFile)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(certificateFile)
	if err != nil {
		return err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return errors.New(certificateFile + " has no certificate")
	}
	config := &tls.Config{
		Certificates: []tls.Certificate{certificate}, ClientAuth: tls.RequireAnyClientCert, MinVersion: tls.VersionTLS12,
		VerifyPeerCertificate: func(shown [][]byte, _ [][]*x509.Certificate) error {
			if len(shown) > 0 && bytes.Equal(shown[0], block.Bytes) {
				return nil
			}
			return errors.New("not the API server's certificate")
		},
	}
	server := &http.Server{Handler: Handler(find), ErrorLog: log.Default()}
	return server.Serve(tls.NewListener(listener, config)) // no HTTP/2: a stream takes the connection over
}

// Handler has the paths that the API server asks for.
func Handler(find Find) http.Handler {
	mux := http.NewServeMux()
	with := func(serve func(*pods.Pod, http.ResponseWriter, *http.Request)) http.HandlerFunc {
		return func(answer http.ResponseWriter, request *http.Request) {
			pod, found := find(request.PathValue("namespace"), request.PathValue("pod"))
			if !found {
				http.Error(answer, "pod does not exist", http.StatusNotFound)
				return
			}
			serve(pod, answer, request)
		}
	}
	mux.HandleFunc("/exec/{namespace}/{pod}/{container}", with(exec))
	mux.HandleFunc("GET /containerLogs/{namespace}/{pod}/{container}", with(logs))
	mux.HandleFunc("GET /healthz", func(answer http.ResponseWriter, _ *http.Request) { fmt.Fprint(answer, "ok") })
	return mux
}

// executor runs a command; there are no terminals, and a resize is ignored.
type executor struct{ pod *pods.Pod }

func (e executor) ExecInContainer(_ context.Context, _, _, container string, command []string, in io.Reader, out, errOut io.WriteCloser, _ bool, _ <-chan remotecommand.TerminalSize, _ time.Duration) error {
	code, err := e.pod.Exec(container, command, in, discard(out), discard(errOut))
	if err == nil && code != 0 {
		err = utilexec.CodeExitError{Err: fmt.Errorf("command terminated with exit code %d", code), Code: code}
	}
	return err
}

// discard keeps a nil stream from becoming an io.Writer that is not nil.
func discard(stream io.WriteCloser) io.Writer {
	if stream == nil {
		return io.Discard
	}
	return stream
}

func exec(pod *pods.Pod, answer http.ResponseWriter, request *http.Request) {
	options, err := remotecommand.NewOptions(request)
	if err != nil {
		http.Error(answer, err.Error(), http.StatusBadRequest)
		return
	}
	remotecommand.ServeExec(answer, request, executor{pod}, "", "", request.PathValue("container"),
		request.URL.Query()["command"], options, idle, remotecommand.DefaultStreamCreationTimeout,
		remotecommand.SupportedStreamingProtocols)
}

func logs(pod *pods.Pod, answer http.ResponseWriter, request *http.Request) {
	query := request.URL.Query()
	file, show, more, err := pod.LogFile(request.PathValue("container"), query.Get("previous") == "true")
	if err != nil {
		http.Error(answer, err.Error(), http.StatusBadRequest)
		return
	}
	tail, limit := number(query.Get("tailLines")), number(query.Get("limitBytes"))
	if query.Get("follow") != "true" {
		more = func() bool { return false }
	}
	answer.Header().Set("Content-Type", "text/plain")
	write(request.Context(), answer, file, tail, limit, show, more)
}

// number is -1 where none is given.
func number(text string) int {
	value, err := strconv.Atoi(text)
	if err != nil {
		return -1
	}
	return value
}
