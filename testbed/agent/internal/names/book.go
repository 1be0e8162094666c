package names

import (
	"context"
	"log"
	"net"
	"strconv"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
)

const patience = 5 * time.Second

// Cluster is what has to be known of the cluster.
type Cluster interface {
	Services(ctx context.Context, namespace string) ([]corev1.Service, error)
	Service(ctx context.Context, namespace, name string) (*corev1.Service, error)
	// Pods gives those with all these labels.
	Pods(ctx context.Context, namespace string, labels map[string]string) ([]corev1.Pod, error)
}

// Book has the addresses given out so far.
type Book struct {
	cluster Cluster
	seed    string

	mutex sync.Mutex
	taken map[string]string // address -> name
	open  map[string]bool   // address:port
}

// NewBook makes a book; addresses are the same for the same seed.
func NewBook(cluster Cluster, seed string) *Book {
	return &Book{cluster: cluster, seed: seed, taken: map[string]string{}, open: map[string]bool{}}
}

// address gives the address of a Service, or of one host of it, and listens there on the Service's ports.
func (b *Book) address(service *corev1.Service, host string) string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	name := service.Namespace + "/" + service.Name + "/" + host
	address := ""
	for try := 0; ; try++ {
		address = fixed(b.seed, name, try)
		if holder, taken := b.taken[address]; !taken || holder == name {
			break
		}
	}
	b.taken[address] = name
	for _, port := range service.Spec.Ports {
		at := net.JoinHostPort(address, strconv.Itoa(int(port.Port)))
		if b.open[at] || port.Protocol != corev1.ProtocolTCP {
			continue
		}
		listener, err := net.Listen("tcp", at)
		if err != nil {
			log.Printf("%s: %v", name, err)
			continue
		}
		b.open[at] = true
		go b.serve(listener, service.Namespace, service.Name, host, port.Port)
	}
	return address
}

func (b *Book) serve(listener net.Listener, namespace, service, host string, port int32) {
	for {
		from, err := listener.Accept()
		if err != nil {
			log.Printf("%s/%s:%d: %v", namespace, service, port, err)
			return
		}
		go func() {
			defer from.Close()
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			target, err := b.target(ctx, namespace, service, host, port)
			if err != nil {
				return // the connection is closed: nobody is there
			}
			to, err := (&net.Dialer{}).DialContext(ctx, "tcp", target)
			if err != nil {
				return
			}
			defer to.Close()
			splice(from, to)
		}()
	}
}

// target gives the address of a pod behind a Service: a ready one, or the one with that host name.
func (b *Book) target(ctx context.Context, namespace, name, host string, port int32) (string, error) {
	service, err := b.cluster.Service(ctx, namespace, name)
	if err != nil {
		return "", err
	}
	pods, err := b.cluster.Pods(ctx, namespace, service.Spec.Selector)
	if err != nil {
		return "", err
	}
	return choose(service, pods, host, port)
}
