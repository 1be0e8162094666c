package pods

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"testbed/agent/internal/images"
)

// watch starts the probes of a container that has started; what it returns ends them and waits until they have.
func (c *container) watch(r *run) func() {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if r.entry.Mode == images.Simulated {
			select {
			case <-time.After(r.entry.ReadyTime()):
				c.change(func() { c.upState, c.ready = true, true })
			case <-ctx.Done():
			}
			return
		}
		if probe := c.spec.StartupProbe; probe != nil {
			up := false
			c.every(ctx, r, "Startup", probe, false, func(good bool) bool {
				if up = good; !good {
					c.unhealthy(r, probe, "startup")
				}
				return false
			})
			if !up {
				return
			}
		}
		c.change(func() { c.upState, c.ready = true, c.spec.ReadinessProbe == nil })
		if probe := c.spec.LivenessProbe; probe != nil {
			running.Go(func() {
				c.every(ctx, r, "Liveness", probe, true, func(good bool) bool {
					if !good {
						c.unhealthy(r, probe, "liveness")
					}
					return good
				})
			})
		}
		if probe := c.spec.ReadinessProbe; probe != nil {
			running.Go(func() {
				c.every(ctx, r, "Readiness", probe, false, func(good bool) bool {
					c.change(func() { c.ready = good })
					return true
				})
			})
		}
	})
	return func() { cancel(); running.Wait() }
}

// unhealthy ends a container that its probe gave up; the restart policy says what comes then.
func (c *container) unhealthy(r *run, probe *corev1.Probe, kind string) {
	message := fmt.Sprintf("Container %s failed %s probe, will be restarted", c.spec.Name, kind)
	c.pod.event(corev1.EventTypeNormal, "Killing", message)
	length := grace(c.pod.current())
	if seconds := probe.TerminationGracePeriodSeconds; seconds != nil {
		length = time.Duration(*seconds) * time.Second
	}
	deadline := time.Now().Add(length)
	go c.end(r, func() time.Time {
		if c.pod.stopping() && c.pod.until().Before(deadline) {
			return c.pod.until()
		}
		return deadline
	})
}

// every probes until `tell`, which hears of each turn from good to bad and back, says that it is enough.
func (c *container) every(ctx context.Context, r *run, kind string, probe *corev1.Probe, good bool, tell func(bool) bool) {
	pause := r.entry.ProbeDelay(probe.InitialDelaySeconds)
	known := good
	first := true
	for same, last := int32(0), good; ; {
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
		pause = time.Duration(max(probe.PeriodSeconds, 1)) * time.Second
		err := c.probe(ctx, r, probe)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			c.pod.event(corev1.EventTypeWarning, "Unhealthy", kind+" probe failed: "+r.texts.From(err.Error()))
		}
		if (err == nil) != last {
			same = 0
		}
		last = err == nil
		same++
		threshold := probe.FailureThreshold
		if last {
			threshold = probe.SuccessThreshold
		}
		// A startup probe that fails has to be told although it was never good.
		if same >= max(threshold, 1) && (last != known || first && kind == "Startup") {
			known, first = last, false
			if !tell(last) {
				return
			}
		}
	}
}

func (c *container) probe(ctx context.Context, r *run, probe *corev1.Probe) error {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(max(probe.TimeoutSeconds, 1))*time.Second)
	defer cancel()
	switch {
	case probe.HTTPGet != nil:
		return c.httpGet(ctx, probe.HTTPGet)
	case probe.TCPSocket != nil:
		return c.connect(ctx, probe.TCPSocket.Port)
	case probe.GRPC != nil:
		return c.connect(ctx, intstr.FromInt32(probe.GRPC.Port))
	case probe.Exec != nil:
		end, err := r.run(ctx, probe.Exec.Command)
		if err == nil && end.ExitCode != 0 {
			err = fmt.Errorf("command %q exited with %d", probe.Exec.Command, end.ExitCode)
		}
		return err
	}
	return nil
}

// https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/#http-probes
var probeClient = &http.Client{
	Transport:     &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func (c *container) httpGet(ctx context.Context, action *corev1.HTTPGetAction) error {
	port, err := c.port(action.Port)
	if err != nil {
		return err
	}
	scheme := "http"
	if action.Scheme == corev1.URISchemeHTTPS {
		scheme = "https"
	}
	address := scheme + "://" + net.JoinHostPort(c.pod.ip, port) + "/"
	if path := action.Path; path != "" {
		address += strings.TrimLeft(path, "/")
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	for _, header := range action.HTTPHeaders {
		request.Header.Add(header.Name, header.Value)
	}
	answer, err := probeClient.Do(request)
	if err != nil {
		return err
	}
	_ = answer.Body.Close()
	if answer.StatusCode < 200 || answer.StatusCode >= 400 {
		return fmt.Errorf("HTTP probe failed with statuscode: %d", answer.StatusCode)
	}
	return nil
}

func (c *container) connect(ctx context.Context, port intstr.IntOrString) error {
	number, err := c.port(port)
	if err != nil {
		return err
	}
	connection, err := (&net.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort(c.pod.ip, number))
	if err == nil {
		_ = connection.Close()
	}
	return err
}

func (c *container) port(port intstr.IntOrString) (string, error) {
	if port.Type == intstr.Int {
		return strconv.Itoa(int(port.IntVal)), nil
	}
	for _, known := range c.spec.Ports {
		if known.Name == port.StrVal {
			return strconv.Itoa(int(known.ContainerPort)), nil
		}
	}
	return "", errors.New("no port named " + port.StrVal)
}
