package pods

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func running(ready bool) corev1.ContainerStatus {
	return corev1.ContainerStatus{Name: "main", Ready: ready, State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}}
}

func ended(code int32) corev1.ContainerStatus {
	return corev1.ContainerStatus{Name: "main", State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: code}}}
}

func waiting(again bool) corev1.ContainerStatus {
	status := corev1.ContainerStatus{Name: "main", State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{}}}
	if again {
		status.LastTerminationState = ended(1).State
	}
	return status
}

func TestPhaseAndReadiness(t *testing.T) {
	always, onFailure, never := corev1.RestartPolicyAlways, corev1.RestartPolicyOnFailure, corev1.RestartPolicyNever
	for name, c := range map[string]struct {
		policy     corev1.RestartPolicy
		ending     bool
		containers []corev1.ContainerStatus
		inits      []corev1.ContainerStatus
		phase      corev1.PodPhase
		ready      bool
	}{
		"before the start":               {policy: always, containers: []corev1.ContainerStatus{waiting(false)}, phase: corev1.PodPending},
		"in an init container":           {policy: always, inits: []corev1.ContainerStatus{running(false)}, containers: []corev1.ContainerStatus{waiting(false)}, phase: corev1.PodPending},
		"an init container failed":       {policy: never, inits: []corev1.ContainerStatus{ended(1)}, containers: []corev1.ContainerStatus{waiting(false)}, phase: corev1.PodFailed},
		"an init container starts again": {policy: always, inits: []corev1.ContainerStatus{ended(1)}, containers: []corev1.ContainerStatus{waiting(false)}, phase: corev1.PodPending},
		"running":                        {policy: always, inits: []corev1.ContainerStatus{ended(0)}, containers: []corev1.ContainerStatus{running(false)}, phase: corev1.PodRunning},
		"ready":                          {policy: always, containers: []corev1.ContainerStatus{running(true)}, phase: corev1.PodRunning, ready: true},
		"one of two ready":               {policy: always, containers: []corev1.ContainerStatus{running(true), running(false)}, phase: corev1.PodRunning},
		"crash loop":                     {policy: always, containers: []corev1.ContainerStatus{waiting(true)}, phase: corev1.PodRunning},
		"one of two ended":               {policy: never, containers: []corev1.ContainerStatus{ended(1), running(true)}, phase: corev1.PodRunning},
		"completed":                      {policy: never, containers: []corev1.ContainerStatus{ended(0)}, phase: corev1.PodSucceeded},
		"failed":                         {policy: never, containers: []corev1.ContainerStatus{ended(2), ended(0)}, phase: corev1.PodFailed},
		"completed, on failure":          {policy: onFailure, containers: []corev1.ContainerStatus{ended(0)}, phase: corev1.PodSucceeded},
		"failed, on failure":             {policy: onFailure, containers: []corev1.ContainerStatus{ended(2)}, phase: corev1.PodRunning},
		"ended, to be started again":     {policy: always, containers: []corev1.ContainerStatus{ended(0)}, phase: corev1.PodRunning},
		"stopped by a deletion":          {policy: always, ending: true, containers: []corev1.ContainerStatus{ended(143)}, phase: corev1.PodFailed},
		"deleted and ended well":         {policy: always, ending: true, containers: []corev1.ContainerStatus{ended(0)}, phase: corev1.PodSucceeded},
	} {
		pod := &corev1.Pod{Spec: corev1.PodSpec{RestartPolicy: c.policy, InitContainers: make([]corev1.Container, len(c.inits))}}
		status := life{pod: pod, ending: c.ending, containers: c.containers, inits: c.inits}.status(corev1.PodStatus{}, metav1.Now())
		if status.Phase != c.phase || holds(status.Conditions, corev1.PodReady) != c.ready {
			t.Errorf("%s: %s, ready %v", name, status.Phase, holds(status.Conditions, corev1.PodReady))
		}
	}
}

func TestAConditionKeepsItsTime(t *testing.T) {
	pod := &corev1.Pod{}
	first, second, third := metav1.NewTime(time.Unix(1, 0)), metav1.NewTime(time.Unix(2, 0)), metav1.NewTime(time.Unix(3, 0))
	status := life{pod: pod, containers: []corev1.ContainerStatus{running(false)}}.status(corev1.PodStatus{}, first)
	status = life{pod: pod, containers: []corev1.ContainerStatus{running(true)}}.status(status, second)
	status = life{pod: pod, containers: []corev1.ContainerStatus{running(true)}}.status(status, third)
	times := map[corev1.PodConditionType]metav1.Time{}
	for _, condition := range status.Conditions {
		times[condition.Type] = condition.LastTransitionTime
	}
	if times[corev1.PodInitialized] != first || times[corev1.PodReady] != second {
		t.Errorf("%v", times)
	}
}

func TestGrace(t *testing.T) {
	seconds := func(n int64) *int64 { return &n }
	for _, c := range []struct {
		deletion, spec *int64
		want           time.Duration
	}{
		{nil, seconds(30), 30 * time.Second},
		{seconds(5), seconds(30), 5 * time.Second},
		{seconds(0), seconds(30), 30 * time.Second}, // by force
		{seconds(0), seconds(0), time.Second},
		{nil, nil, time.Second},
	} {
		pod := &corev1.Pod{Spec: corev1.PodSpec{TerminationGracePeriodSeconds: c.spec}}
		pod.DeletionGracePeriodSeconds = c.deletion
		if got := grace(pod); got != c.want {
			t.Errorf("%v, want %v", got, c.want)
		}
	}
}
