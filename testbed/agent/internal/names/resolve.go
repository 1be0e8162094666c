package names

import (
	"context"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// Resolver resolves the names that a pod of a namespace may use: https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/
// Only Services that are there now count. What could be an ordinary word counts only with a port of the Service behind it.
func (b *Book) Resolver(ctx context.Context, namespace string) (func(name, port string, bare bool) (string, bool), error) {
	services, err := b.services(ctx, namespace)
	if err != nil {
		return nil, err
	}
	elsewhere := map[string]map[string]*corev1.Service{namespace: services}
	in := func(namespace string) map[string]*corev1.Service {
		if _, known := elsewhere[namespace]; !known {
			elsewhere[namespace], _ = b.services(ctx, namespace) // no such namespace: no such name
		}
		return elsewhere[namespace]
	}
	return func(name, port string, bare bool) (string, bool) {
		service, host := find(strings.TrimSuffix(name, "."), namespace, in)
		if service == nil || bare && !qualified(name) && !hasPort(service, port) {
			return "", false
		}
		return b.address(service, host), true
	}, nil
}

// find gives the Service that a name is about, and the pod's host name if it names one pod of it.
func find(name, own string, in func(string) map[string]*corev1.Service) (*corev1.Service, string) {
	labels := strings.Split(name, ".")
	full := false
	for i, label := range labels {
		if i > 0 && label == "svc" {
			labels, full = labels[:i], true
			break
		}
	}
	switch {
	case len(labels) == 1:
		return in(own)[labels[0]], ""
	case len(labels) == 2 && full, len(labels) == 2 && in(own)[labels[1]] == nil:
		return in(labels[1])[labels[0]], ""
	case len(labels) == 2:
		return headless(in(own)[labels[1]]), labels[0]
	case len(labels) == 3:
		return headless(in(labels[2])[labels[1]]), labels[0]
	}
	return nil, ""
}

// headless gives the Service if its pods have names.
func headless(service *corev1.Service) *corev1.Service {
	if service == nil || service.Spec.ClusterIP != corev1.ClusterIPNone {
		return nil
	}
	return service
}

func qualified(name string) bool { return strings.Contains(name, ".svc") }

func hasPort(service *corev1.Service, port string) bool {
	for _, known := range service.Spec.Ports {
		if strconv.Itoa(int(known.Port)) == port {
			return true
		}
	}
	return false
}

func (b *Book) services(ctx context.Context, namespace string) (map[string]*corev1.Service, error) {
	list, err := b.cluster.Services(ctx, namespace)
	if err != nil {
		return nil, err
	}
	services := map[string]*corev1.Service{}
	for i := range list {
		services[list[i].Name] = &list[i]
	}
	return services, nil
}
