package names

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// choose gives where a connection to a Service's port goes.
func choose(service *corev1.Service, pods []corev1.Pod, host string, port int32) (string, error) {
	if len(service.Spec.Selector) == 0 {
		return "", fmt.Errorf("service %s selects no pods", service.Name)
	}
	var targets []string
	for i := range pods {
		pod := &pods[i]
		if pod.Status.PodIP == "" || pod.Status.Phase != corev1.PodRunning {
			continue
		}
		named := pod.Spec.Hostname == host || pod.Spec.Hostname == "" && pod.Name == host
		if host != "" && !named || host == "" && !service.Spec.PublishNotReadyAddresses && !takesPart(pod) {
			continue
		}
		if number := portOf(service, pod, port); number > 0 {
			targets = append(targets, net.JoinHostPort(pod.Status.PodIP, strconv.Itoa(int(number))))
		}
	}
	if len(targets) == 0 {
		return "", fmt.Errorf("no pod behind %s", service.Name)
	}
	return targets[rand.IntN(len(targets))], nil
}

func takesPart(pod *corev1.Pod) bool {
	if pod.DeletionTimestamp != nil {
		return false
	}
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodReady {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}

// portOf gives the container port behind a Service's port; behind the name of a pod it is the same number.
func portOf(service *corev1.Service, pod *corev1.Pod, port int32) int32 {
	if service.Spec.ClusterIP == corev1.ClusterIPNone {
		return port
	}
	for _, known := range service.Spec.Ports {
		if known.Port != port {
			continue
		}
		if known.TargetPort.Type == intstr.Int {
			if known.TargetPort.IntVal == 0 {
				return port
			}
			return known.TargetPort.IntVal
		}
		for _, container := range pod.Spec.Containers {
			for _, named := range container.Ports {
				if named.Name == known.TargetPort.StrVal {
					return named.ContainerPort
				}
			}
		}
	}
	return 0
}

// splice copies both ways until both have ended.
func splice(a, b net.Conn) {
	done := make(chan struct{}, 2)
	for _, pair := range [][2]net.Conn{{a, b}, {b, a}} {
		go func() {
			_, _ = io.Copy(pair[0], pair[1])
			if half, ok := pair[0].(interface{ CloseWrite() error }); ok {
				_ = half.CloseWrite()
			}
			done <- struct{}{}
		}()
	}
	<-done
	<-done
}
