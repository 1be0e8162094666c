package pods

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// life is what a pod's status is computed from.
type life struct {
	pod        *corev1.Pod
	hostIP     string
	podIP      string
	started    metav1.Time
	prepared   bool // volumes are there, containers may start
	ending     bool // it is being deleted
	containers []corev1.ContainerStatus
	inits      []corev1.ContainerStatus
}

// status gives the pod's status as a kubelet computes it. `before` is what was reported last: a condition keeps its time
// for as long as it keeps its value.
func (l life) status(before corev1.PodStatus, now metav1.Time) corev1.PodStatus {
	status := corev1.PodStatus{
		Phase:                 l.phase(),
		HostIP:                l.hostIP,
		HostIPs:               []corev1.HostIP{{IP: l.hostIP}},
		PodIP:                 l.podIP,
		PodIPs:                []corev1.PodIP{{IP: l.podIP}},
		StartTime:             &l.started,
		InitContainerStatuses: l.inits,
		ContainerStatuses:     l.containers,
		QOSClass:              l.pod.Status.QOSClass,
	}
	initialized, ready := l.initialized(), l.unready() == nil
	finished := status.Phase == corev1.PodSucceeded || status.Phase == corev1.PodFailed
	reason, message := "", ""
	switch {
	case finished && status.Phase == corev1.PodSucceeded:
		reason = "PodCompleted"
	case finished:
		reason = "PodFailed"
	case !ready:
		reason = "ContainersNotReady"
		message = "containers with unready status: [" + strings.Join(l.unready(), " ") + "]"
	}
	notInitialized := ""
	if !initialized {
		notInitialized = "ContainersNotInitialized"
	}
	status.Conditions = conditions(before.Conditions, now,
		condition(corev1.PodReadyToStartContainers, l.prepared && !finished, "", ""),
		condition(corev1.PodInitialized, initialized, notInitialized, ""),
		condition(corev1.ContainersReady, ready && !finished, reason, message),
		condition(corev1.PodReady, ready && !finished && l.gates(), reason, message),
	)
	return status
}

// gates tells whether every readiness gate is open; who opens it writes the condition himself.
func (l life) gates() bool {
	for _, gate := range l.pod.Spec.ReadinessGates {
		if !holds(l.pod.Status.Conditions, gate.ConditionType) {
			return false
		}
	}
	return true
}

func (l life) initialized() bool {
	for i, container := range l.inits {
		if sidecar(l.pod.Spec.InitContainers[i]) {
			if container.Started == nil || !*container.Started {
				return false
			}
		} else if end := container.State.Terminated; end == nil || end.ExitCode != 0 {
			return false
		}
	}
	return true
}

func (l life) unready() []string {
	var names []string
	for _, container := range l.containers {
		if !container.Ready {
			names = append(names, container.Name)
		}
	}
	return names
}

// https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-phase
func (l life) phase() corev1.PodPhase {
	policy := l.pod.Spec.RestartPolicy
	for i, container := range l.inits {
		end := container.State.Terminated
		if !sidecar(l.pod.Spec.InitContainers[i]) && end != nil && end.ExitCode != 0 && (policy == corev1.RestartPolicyNever || l.ending) {
			return corev1.PodFailed
		}
	}
	running, ended, failed := 0, 0, 0
	for _, container := range l.containers {
		switch {
		case container.State.Running != nil || container.LastTerminationState.Terminated != nil && container.State.Terminated == nil:
			running++ // also one that waits to be started again
		case container.State.Terminated != nil:
			ended++
			if container.State.Terminated.ExitCode != 0 {
				failed++
			}
		}
	}
	switch {
	case ended == len(l.containers) && l.over(failed):
		if failed > 0 {
			return corev1.PodFailed
		}
		return corev1.PodSucceeded
	case running+ended > 0 && l.initialized():
		return corev1.PodRunning
	default:
		return corev1.PodPending
	}
}

// over tells whether containers that have all ended stay so.
func (l life) over(failed int) bool {
	switch l.pod.Spec.RestartPolicy {
	case corev1.RestartPolicyNever:
		return true
	case corev1.RestartPolicyOnFailure:
		return failed == 0 || l.ending
	default:
		return l.ending
	}
}

func sidecar(container corev1.Container) bool {
	return container.RestartPolicy != nil && *container.RestartPolicy == corev1.ContainerRestartPolicyAlways
}

func condition(kind corev1.PodConditionType, holds bool, reason, message string) corev1.PodCondition {
	if holds {
		return corev1.PodCondition{Type: kind, Status: corev1.ConditionTrue}
	}
	return corev1.PodCondition{Type: kind, Status: corev1.ConditionFalse, Reason: reason, Message: message}
}

func conditions(before []corev1.PodCondition, now metav1.Time, wanted ...corev1.PodCondition) []corev1.PodCondition {
	for i := range wanted {
		wanted[i].LastTransitionTime = now
		for _, old := range before {
			if old.Type == wanted[i].Type && old.Status == wanted[i].Status && !old.LastTransitionTime.IsZero() {
				wanted[i].LastTransitionTime = old.LastTransitionTime
			}
		}
	}
	return wanted
}

func holds(conditions []corev1.PodCondition, kind corev1.PodConditionType) bool {
	for _, condition := range conditions {
		if condition.Type == kind {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}
