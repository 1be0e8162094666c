package pods

import (
	"fmt"
	"strconv"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"testbed/agent/internal/process"
)

const (
	// A kubelet backs off for 10 s at first and 5 minutes at most; here it goes faster.
	firstBackOff = time.Second
	lastBackOff  = 10 * time.Second
	// How often something that is missing is looked for again.
	again = time.Second
)

// container is one container of a pod, through all its starts.
type container struct {
	pod    *Pod
	spec   *corev1.Container
	isInit bool

	mutex    sync.Mutex
	state    corev1.ContainerState
	last     corev1.ContainerState
	restarts int32
	starts   int
	ready    bool
	upState  bool // its startup probe has passed, or it has none
	now      *run
}

func newContainers(p *Pod, specs []corev1.Container, before []corev1.ContainerStatus, isInit bool) []*container {
	list := make([]*container, 0, len(specs))
	for i := range specs {
		c := &container{pod: p, spec: &specs[i], isInit: isInit}
		c.state.Waiting = &corev1.ContainerStateWaiting{Reason: "ContainerCreating"}
		if len(p.pod.Spec.InitContainers) > 0 && !(isInit && i == 0) {
			c.state.Waiting.Reason = "PodInitializing"
		}
		for _, status := range before {
			if status.Name == c.spec.Name {
				c.lost(status)
			}
		}
		list = append(list, c)
	}
	return list
}

// lost takes over what was reported by an agent that died, with this container's process.
func (c *container) lost(status corev1.ContainerStatus) {
	c.restarts, c.last = status.RestartCount, status.LastTerminationState
	if status.State.Running == nil && status.State.Terminated == nil {
		return
	}
	end := status.State.Terminated
	if end == nil {
		end = &corev1.ContainerStateTerminated{ExitCode: 255, Reason: "Unknown", ContainerID: status.ContainerID,
			StartedAt: status.State.Running.StartedAt, FinishedAt: metav1.Now().Rfc3339Copy()}
	}
	c.state = corev1.ContainerState{Terminated: end}
	c.starts = 1
}

func (c *container) change(change func()) {
	c.mutex.Lock()
	change()
	c.mutex.Unlock()
	c.pod.touch()
}

func (c *container) waiting(reason, message string) {
	c.change(func() {
		if end := c.state.Terminated; end != nil {
			c.last = corev1.ContainerState{Terminated: end}
		}
		c.state = corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: message}}
	})
}

func (c *container) status() corev1.ContainerStatus {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	up := c.state.Running != nil && c.upState
	return corev1.ContainerStatus{
		Name: c.spec.Name, Image: c.spec.Image, ImageID: imageID(c.spec.Image), ContainerID: c.id(),
		State: c.state, LastTerminationState: c.last, RestartCount: c.restarts,
		Ready: c.isReady(), Started: &up,
	}
}

// isReady: an init container that has ended well counts as ready.
func (c *container) isReady() bool {
	if c.isInit && !sidecar(*c.spec) {
		return c.state.Terminated != nil && c.state.Terminated.ExitCode == 0
	}
	return c.state.Running != nil && c.upState && c.ready
}

func (c *container) id() string {
	if c.starts == 0 {
		return ""
	}
	return fmt.Sprintf("testbed://%s-%s-%d", c.pod.uid, c.spec.Name, c.restarts)
}

// loop runs the container until its restart policy says that it is over, or the pod is to end. True: it ended well.
func (c *container) loop() bool {
	if end := c.ended(); end != nil && !c.restartsAfter(int(end.ExitCode)) {
		return end.ExitCode == 0
	}
	for backOff := time.Duration(0); ; {
		begin := time.Now()
		end, ran := c.once()
		if !ran {
			return false
		}
		if c.pod.stopping() || !c.restartsAfter(end.ExitCode) {
			return end.ExitCode == 0
		}
		if time.Since(begin) > 2*lastBackOff {
			backOff = 0
		}
		if backOff > 0 {
			message := fmt.Sprintf("back-off %s restarting failed container=%s pod=%s_%s(%s)", backOff, c.spec.Name, c.pod.name, c.pod.namespace, c.pod.uid)
			c.waiting("CrashLoopBackOff", message)
			c.pod.event(corev1.EventTypeWarning, "BackOff", "Back-off restarting failed container "+c.spec.Name+" in pod "+c.pod.name)
		}
		if !c.pod.pause(backOff) {
			return false
		}
		backOff = min(max(2*backOff, firstBackOff), lastBackOff)
	}
}

func (c *container) ended() *corev1.ContainerStateTerminated {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.state.Terminated
}

func (c *container) restartsAfter(code int) bool {
	policy := c.pod.current().Spec.RestartPolicy
	switch {
	case sidecar(*c.spec):
		return true
	case c.isInit:
		return code != 0 && policy != corev1.RestartPolicyNever
	case policy == corev1.RestartPolicyOnFailure:
		return code != 0
	default:
		return policy != corev1.RestartPolicyNever
	}
}

// startedUp waits for a sidecar's startup.
func (c *container) startedUp() bool {
	for {
		if up := c.status().Started; up != nil && *up {
			return true
		}
		if !c.pod.pause(again / 10) {
			return false
		}
	}
}

// once runs the container one time. False: the pod was to end before it had started.
func (c *container) once() (process.End, bool) {
	entry, ok := c.pull()
	if !ok {
		return process.End{}, false
	}
	r, ok := c.prepare(entry)
	if !ok {
		return process.End{}, false
	}
	begin := metav1.Now().Rfc3339Copy()
	c.pod.event(corev1.EventTypeNormal, "Created", "Created container: "+c.spec.Name)
	err := r.start()
	c.begun(r, begin)
	if err != nil {
		c.pod.event(corev1.EventTypeWarning, "Failed", "Error: "+err.Error())
		end := process.End{ExitCode: 128}
		c.finished(end, begin, "StartError", err.Error())
		return end, true
	}
	c.pod.event(corev1.EventTypeNormal, "Started", "Started container "+c.spec.Name)
	c.change(func() { c.state = corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: begin}} })
	stopProbes := c.watch(r)
	end := c.wait(r)
	stopProbes()
	c.finished(end, begin, entry.Reasons[strconv.Itoa(end.ExitCode)], "")
	return end, true
}

// begun counts a start.
func (c *container) begun(r *run, begin metav1.Time) {
	c.change(func() {
		if end := c.state.Terminated; end != nil {
			c.last = corev1.ContainerState{Terminated: end}
		}
		if c.starts > 0 {
			c.restarts++
		}
		c.starts++
		c.now, c.ready, c.upState = r, false, false
	})
}

func (c *container) finished(end process.End, begin metav1.Time, reason, message string) {
	if reason == "" {
		reason = "Completed"
		if end.ExitCode != 0 {
			reason = "Error"
		}
	}
	c.change(func() {
		c.now, c.ready = nil, false
		c.state = corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
			ExitCode: int32(end.ExitCode), Reason: reason, Message: message, ContainerID: c.id(),
			StartedAt: begin, FinishedAt: metav1.Now().Rfc3339Copy(),
		}}
	})
}
