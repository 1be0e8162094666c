package environment

import (
	"fmt"
	"regexp"
	"sort"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

var subscript = regexp.MustCompile(`^metadata\.(labels|annotations)\['(.*)'\]$`)

// Field gives a field of the downward API. https://kubernetes.io/docs/concepts/workloads/pods/downward-api/
func Field(pod *corev1.Pod, path string) (string, error) {
	fields := map[string]string{
		"metadata.name":           pod.Name,
		"metadata.namespace":      pod.Namespace,
		"metadata.uid":            string(pod.UID),
		"metadata.labels":         pairs(pod.Labels),
		"metadata.annotations":    pairs(pod.Annotations),
		"spec.nodeName":           pod.Spec.NodeName,
		"spec.serviceAccountName": pod.Spec.ServiceAccountName,
		"status.podIP":            pod.Status.PodIP,
		"status.podIPs":           pod.Status.PodIP,
		"status.hostIP":           pod.Status.HostIP,
	}
	if value, found := fields[path]; found {
		return value, nil
	}
	if match := subscript.FindStringSubmatch(path); match != nil {
		if match[1] == "labels" {
			return pod.Labels[match[2]], nil
		}
		return pod.Annotations[match[2]], nil
	}
	return "", fmt.Errorf("unsupported fieldPath: %s", path)
}

func pairs(values map[string]string) string {
	var lines []string
	for name, value := range values {
		lines = append(lines, name+"="+strconv.Quote(value))
	}
	sort.Strings(lines)
	return strings.Join(lines, "\n")
}

// Resource gives a request or limit in units of the divisor, rounded up; one that is not set is 0.
func Resource(container *corev1.Container, selector *corev1.ResourceFieldSelector) (string, error) {
	kind, name, _ := strings.Cut(selector.Resource, ".")
	lists := map[string]corev1.ResourceList{"limits": container.Resources.Limits, "requests": container.Resources.Requests}
	list, found := lists[kind]
	if !found {
		return "", fmt.Errorf("unsupported resource: %s", selector.Resource)
	}
	quantity := list[corev1.ResourceName(name)]
	divisor := selector.Divisor
	if divisor.IsZero() {
		divisor = resource.MustParse("1")
	}
	units := (quantity.MilliValue() + divisor.MilliValue() - 1) / divisor.MilliValue()
	return strconv.FormatInt(units, 10), nil
}
