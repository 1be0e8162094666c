package names

import (
	"context"
	"errors"
	"io"
	"net"
	"strconv"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

type cluster struct {
	services []*corev1.Service
	pods     []corev1.Pod
}

func (c cluster) Services(_ context.Context, namespace string) ([]corev1.Service, error) {
	var found []corev1.Service
	for _, service := range c.services {
		if service.Namespace == namespace {
			found = append(found, *service)
		}
	}
	return found, nil
}

func (c cluster) Service(_ context.Context, namespace, name string) (*corev1.Service, error) {
	for _, service := range c.services {
		if service.Namespace == namespace && service.Name == name {
			return service, nil
		}
	}
	return nil, errors.New("not found")
}

func (c cluster) Pods(context.Context, string, map[string]string) ([]corev1.Pod, error) {
	return c.pods, nil
}

func service(namespace, name, clusterIP string, port int32, target intstr.IntOrString) *corev1.Service {
	return &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Spec: corev1.ServiceSpec{ClusterIP: clusterIP, Selector: map[string]string{"app": name},
			Ports: []corev1.ServicePort{{Port: port, TargetPort: target, Protocol: corev1.ProtocolTCP}}},
	}
}

func pod(namespace, app, name, ip string, ready corev1.ConditionStatus, port int32) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name, Labels: map[string]string{"app": app}},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Ports: []corev1.ContainerPort{{Name: "client", ContainerPort: port}}}}},
		Status: corev1.PodStatus{Phase: corev1.PodRunning, PodIP: ip,
			Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: ready}}},
	}
}

func TestNames(t *testing.T) {
	book := NewBook(cluster{services: []*corev1.Service{
		service("ns", "milvus", "10.96.0.1", 19530, intstr.FromInt32(19530)),
		service("ns", "etcd", "10.96.0.2", 2379, intstr.FromInt32(2379)),
		service("ns", "etcd-headless", "None", 2379, intstr.FromInt32(2379)),
		service("other", "etcd", "10.96.0.3", 2379, intstr.FromInt32(2379)),
	}}, t.Name())
	resolve, err := book.Resolver(context.Background(), "ns")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, c := range []struct {
		name, port string
		bare, want bool
	}{
		{"etcd", "2379", true, true},
		{"etcd", "", true, false},
		{"etcd", "2380", true, false},
		{"etcd", "", false, true},
		{"etcd.ns", "2379", true, true},
		{"etcd.other", "2379", true, true},
		{"etcd.nowhere", "2379", true, false},
		{"etcd.ns.svc", "", true, true},
		{"etcd.other.svc.cluster.local", "", true, true},
		{"etcd-0.etcd-headless", "2379", true, true},
		{"etcd-0.etcd-headless.ns.svc.cluster.local", "", true, true},
		{"etcd-0.etcd.ns.svc", "", true, false},
		{"milvus.yaml", "", true, false},
		{"minio", "9000", true, false},
	} {
		address, ok := resolve(c.name, c.port, c.bare)
		if ok != c.want {
			t.Errorf("%s:%s bare %v: %v", c.name, c.port, c.bare, ok)
		}
		found[c.name] = address
	}
	for _, same := range [][2]string{{"etcd.ns", "etcd.ns.svc"}, {"etcd.other", "etcd.other.svc.cluster.local"},
		{"etcd-0.etcd-headless", "etcd-0.etcd-headless.ns.svc.cluster.local"}} {
		if found[same[0]] != found[same[1]] {
			t.Errorf("%s and %s have two addresses", same[0], same[1])
		}
	}
	if found["etcd.ns"] == found["etcd.other"] || found["etcd.ns"] == found["etcd-0.etcd-headless"] {
		t.Error("two things have one address")
	}
}

func TestChoose(t *testing.T) {
	clustered := service("ns", "etcd", "10.96.0.2", 80, intstr.FromString("client"))
	headless := service("ns", "etcd", "None", 2379, intstr.FromString("client"))
	pods := []corev1.Pod{
		*pod("ns", "etcd", "etcd-0", "127.5.0.1", corev1.ConditionFalse, 2379),
		*pod("ns", "etcd", "etcd-1", "127.5.0.2", corev1.ConditionTrue, 2379),
	}
	for _, c := range []struct {
		service *corev1.Service
		pods    []corev1.Pod
		host    string
		port    int32
		want    string
	}{
		{clustered, pods, "", 80, "127.5.0.2:2379"},
		{headless, pods, "etcd-0", 2380, "127.5.0.1:2380"},
		{headless, pods, "etcd-2", 2379, ""},
		{clustered, pods[:1], "", 80, ""},
		{clustered, pods, "", 81, ""},
	} {
		if got, _ := choose(c.service, c.pods, c.host, c.port); got != c.want {
			t.Errorf("%s %d: %q, want %q", c.host, c.port, got, c.want)
		}
	}
}

func TestConnectionsArePassedOn(t *testing.T) {
	listener, err := net.Listen("tcp", Pod()+":0")
	if err != nil {
		t.Skip("this system has one loopback address: ", err)
	}
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			text, _ := io.ReadAll(connection)
			_, _ = connection.Write(append([]byte("got "), text...))
			_ = connection.Close()
		}
	}()
	host, port, _ := net.SplitHostPort(listener.Addr().String())
	number, _ := strconv.Atoi(port)
	book := NewBook(cluster{
		services: []*corev1.Service{service("ns", "echo", "10.96.0.9", 7777, intstr.FromString("client"))},
		pods:     []corev1.Pod{*pod("ns", "echo", "echo-0", host, corev1.ConditionTrue, int32(number))},
	}, t.Name())
	resolve, _ := book.Resolver(context.Background(), "ns")
	address, _ := resolve("echo", "7777", true)
	connection, err := net.Dial("tcp", address+":7777")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = connection.Write([]byte("hello"))
	_ = connection.(*net.TCPConn).CloseWrite()
	if answer, _ := io.ReadAll(connection); string(answer) != "got hello" {
		t.Errorf("%q", answer)
	}
}
