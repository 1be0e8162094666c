// The node agent of the test bed: a node of the cluster whose pods run as processes of this machine. See ../README.md.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	typed "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/record"

	"testbed/agent/internal/names"
	"testbed/agent/internal/node"
	"testbed/agent/internal/pods"
	"testbed/agent/internal/processes"
	"testbed/agent/internal/server"
	"testbed/agent/internal/storage"
)

// version is set when it is built.
var version = "0.0.0"

type options struct {
	kubeconfig, set, name, directory, images, certificate, key string
	provision, version                                         bool
}

func main() {
	var o options
	flag.StringVar(&o.kubeconfig, "kubeconfig", "", "of an administrator")
	flag.StringVar(&o.set, "set", "", "name of the set of nodes")
	flag.StringVar(&o.name, "node", "", "name of this node")
	flag.StringVar(&o.directory, "directory", "", "of the set: volumes, and a directory for each node")
	flag.StringVar(&o.images, "images", "", "file with the image table")
	flag.StringVar(&o.certificate, "certificate", "", "of the API server, which this server also uses")
	flag.StringVar(&o.key, "key", "", "of that certificate")
	flag.BoolVar(&o.provision, "provision", false, "serve the claims of the set's namespaces that need no node")
	flag.BoolVar(&o.version, "version", false, "print the version")
	flag.Parse()
	if o.version {
		fmt.Println("testbed-agent", version)
		return
	}
	if err := run(o); err != nil {
		log.Fatal(err)
	}
}

func run(o options) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	config, err := clientcmd.BuildConfigFromFlags("", o.kubeconfig)
	if err != nil {
		return err
	}
	config.QPS, config.Burst = 200, 400
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	own := filepath.Join(o.directory, o.name)
	if err := os.MkdirAll(own, 0o700); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	events := record.NewBroadcaster()
	events.StartRecordingToSink(&typed.EventSinkImpl{Interface: client.CoreV1().Events("")})
	running := node.NewPods(&pods.Node{
		Name: o.name, HostIP: "127.0.0.1", MachineIP: pods.MachineIP(),
		Directory: own, Volumes: filepath.Join(o.directory, "volumes"), Images: o.images,
		Client: client, Names: names.NewBook(node.Cluster{Client: client}, config.Host+own),
		Events:    events.NewRecorder(scheme.Scheme, corev1.EventSource{Component: "kubelet", Host: o.name}),
		Processes: processes.Open(filepath.Join(own, "processes.json")),
	})
	go func() { log.Fatal(server.Serve(listener, o.certificate, o.key, running.Find)) }()
	port := int32(listener.Addr().(*net.TCPAddr).Port)
	if err := node.Register(ctx, client, o.set, o.name, "127.0.0.1", port); err != nil {
		return err
	}
	watch(ctx, client, o, running)
	running.Halt()
	return nil
}

// watch returns when the agent is to end.
func watch(ctx context.Context, client kubernetes.Interface, o options, running *node.Pods) {
	provisioner := storage.Provisioner{Client: client, Directory: filepath.Join(o.directory, "volumes"), Node: o.name,
		Mine: func(ctx context.Context, name string) bool {
			namespace, err := client.CoreV1().Namespaces().Get(ctx, name, metav1.GetOptions{})
			return err == nil && o.provision && namespace.Labels[node.Label] == o.set
		}}
	core := client.CoreV1().RESTClient()
	go node.Watch(ctx, core, "persistentvolumeclaims", fields.Everything(), &corev1.PersistentVolumeClaim{},
		func(claim *corev1.PersistentVolumeClaim) { provisioner.Claim(ctx, claim) },
		func(*corev1.PersistentVolumeClaim) {})
	go node.Watch(ctx, core, "persistentvolumes", fields.Everything(), &corev1.PersistentVolume{},
		func(volume *corev1.PersistentVolume) { provisioner.Volume(ctx, volume) },
		func(*corev1.PersistentVolume) {})
	here := fields.OneTermEqualSelector("spec.nodeName", o.name)
	node.Watch(ctx, core, "pods", here, &corev1.Pod{}, running.Seen, running.Gone)
}
