package pods

import (
	"context"
	"encoding/json"
	"log"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
)

const (
	apiPatience = 30 * time.Second
	apiPause    = 200 * time.Millisecond
)

// touch says that the status may have changed.
func (p *Pod) touch() {
	select {
	case p.changed <- struct{}{}:
	default:
	}
}

// report writes the status whenever it has changed, the last time after the last container has ended.
func (p *Pod) report() {
	for last := false; !last; {
		select {
		case <-p.changed:
		case <-p.over:
			last = true
		}
		for {
			status := p.status()
			if p.IsRemoved() || equality.Semantic.DeepEqual(status, p.reported) {
				break
			}
			err := p.write(status)
			if err == nil || apierrors.IsNotFound(err) || apierrors.IsConflict(err) {
				break
			}
			log.Printf("status of %s/%s: %v", p.namespace, p.name, err)
			time.Sleep(apiPause)
		}
	}
}

func (p *Pod) status() corev1.PodStatus {
	pod := p.current()
	p.mutex.Lock()
	defer p.mutex.Unlock()
	now := life{
		pod: pod, hostIP: p.hostIP, podIP: p.ip, started: p.started, prepared: p.prepared, ending: p.ending,
		inits: statuses(p.inits), containers: statuses(p.containers),
	}.status(p.reported, metav1.Now().Rfc3339Copy())
	now.ObservedGeneration = pod.Generation
	for _, condition := range pod.Status.Conditions { // those of others stay
		if !has(now.Conditions, condition.Type) {
			now.Conditions = append(now.Conditions, condition)
		}
	}
	return now
}

func has(conditions []corev1.PodCondition, kind corev1.PodConditionType) bool {
	for _, condition := range conditions {
		if condition.Type == kind {
			return true
		}
	}
	return false
}

// write patches what is different from the last report, of this pod and no later one of its name.
func (p *Pod) write(status corev1.PodStatus) error {
	before, err := json.Marshal(corev1.Pod{Status: p.reported})
	if err != nil {
		return err
	}
	after, err := json.Marshal(corev1.Pod{ObjectMeta: metav1.ObjectMeta{UID: p.uid}, Status: status})
	if err != nil {
		return err
	}
	patch, err := strategicpatch.CreateTwoWayMergePatch(before, after, corev1.Pod{})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), apiPatience)
	defer cancel()
	pods := p.node.Client.CoreV1().Pods(p.namespace)
	if _, err := pods.Patch(ctx, p.name, types.StrategicMergePatchType, patch, metav1.PatchOptions{}, "status"); err != nil {
		return err
	}
	p.mutex.Lock()
	p.reported = status
	p.mutex.Unlock()
	return nil
}

func statuses(containers []*container) []corev1.ContainerStatus {
	list := make([]corev1.ContainerStatus, 0, len(containers))
	for _, container := range containers {
		list = append(list, container.status())
	}
	return list
}
