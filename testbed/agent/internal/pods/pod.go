package pods

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"testbed/agent/internal/names"
)

// Pod is one pod of this node, from the first sight of it to the end of its last process.
type Pod struct {
	node       *Node
	namespace  string
	name       string
	uid        types.UID
	hostIP, ip string
	onHost     bool // it has the machine's address and no other
	started    metav1.Time
	inits      []*container
	containers []*container

	mutex    sync.Mutex
	pod      *corev1.Pod // as last seen
	reported corev1.PodStatus
	prepared bool
	ending   bool
	removed  bool // the object is gone
	deadline time.Time

	stop    chan struct{} // closed when the pod is to end
	changed chan struct{} // something of the status may be new
	over    chan struct{} // closed when the last container has ended
	done    chan struct{}
}

// Start begins to run a pod.
func Start(node *Node, pod *corev1.Pod) *Pod {
	p := &Pod{
		node: node, namespace: pod.Namespace, name: pod.Name, uid: pod.UID,
		pod: pod, hostIP: node.HostIP, ip: pod.Status.PodIP, reported: pod.Status,
		started: metav1.Now().Rfc3339Copy(),
		stop:    make(chan struct{}), changed: make(chan struct{}, 1), over: make(chan struct{}), done: make(chan struct{}),
	}
	if pod.Status.StartTime != nil {
		p.started = *pod.Status.StartTime
	}
	p.onHost = onHost(node, pod)
	if p.ip == "" {
		p.ip = names.Pod()
		if p.onHost {
			p.ip = node.MachineIP
		}
	}
	p.inits = newContainers(p, pod.Spec.InitContainers, pod.Status.InitContainerStatuses, true)
	p.containers = newContainers(p, pod.Spec.Containers, pod.Status.ContainerStatuses, false)
	p.Update(pod)
	go p.run()
	return p
}

// Done is closed when nothing of the pod runs any more and its object, if it was deleted, is gone.
func (p *Pod) Done() <-chan struct{} { return p.done }

// Update takes a newer state of the object. A deletion begins, or shortens, the time until SIGKILL.
func (p *Pod) Update(pod *corev1.Pod) {
	p.mutex.Lock()
	p.pod = pod
	p.mutex.Unlock()
	if pod.DeletionTimestamp != nil {
		p.end(grace(pod))
	}
	p.touch()
}

// Removed says that the object is gone, by force: the processes still get their grace, as with a kubelet.
func (p *Pod) Removed() {
	p.mutex.Lock()
	p.removed = true
	p.mutex.Unlock()
	p.end(grace(p.current()))
}

// Halt ends the processes at once and reports nothing: the agent itself is to end.
func (p *Pod) Halt() {
	p.mutex.Lock()
	p.removed = true
	p.mutex.Unlock()
	p.end(0)
}

// grace is what a pod gets between SIGTERM and SIGKILL: what its deletion says, unless that is nothing (a forced deletion),
// what its spec says, and never less than a second. Newer kubelets give a pod that was deleted by force one second only:
// this is the way of the older ones, under which what seems gone runs for longer.
// https://github.com/kubernetes/kubernetes/blob/v1.25.0/pkg/kubelet/pod_workers.go (calculateEffectiveGracePeriod)
func grace(pod *corev1.Pod) time.Duration {
	seconds := int64(0)
	if said := pod.DeletionGracePeriodSeconds; said != nil {
		seconds = *said
	}
	if said := pod.Spec.TerminationGracePeriodSeconds; seconds == 0 && said != nil {
		seconds = *said
	}
	return time.Duration(max(seconds, 1)) * time.Second
}

func (p *Pod) end(grace time.Duration) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	deadline := time.Now().Add(grace)
	if p.ending {
		if deadline.Before(p.deadline) {
			p.deadline = deadline
		}
		return
	}
	p.ending, p.deadline = true, deadline
	close(p.stop)
}

// current is the object as last seen, with the addresses that it has from here.
func (p *Pod) current() *corev1.Pod {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	pod := p.pod.DeepCopy()
	pod.Status.PodIP, pod.Status.HostIP = p.ip, p.hostIP
	return pod
}

func (p *Pod) until() time.Time {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.deadline
}

func (p *Pod) stopping() bool {
	select {
	case <-p.stop:
		return true
	default:
		return false
	}
}

// pause waits; false: the pod is to end.
func (p *Pod) pause(length time.Duration) bool {
	if p.stopping() {
		return false
	}
	select {
	case <-p.stop:
		return false
	case <-time.After(length):
		return true
	}
}

func (p *Pod) event(kind, reason, message string) {
	p.node.Events.Event(p.current(), kind, reason, message)
}

func (p *Pod) run() {
	reports := make(chan struct{})
	go func() { p.report(); close(reports) }()
	p.work()
	<-p.stop
	close(p.over)
	<-reports
	p.remove()
	_ = os.RemoveAll(p.directory())
	close(p.done)
}

// work runs the containers until none is left to run.
func (p *Pod) work() {
	var running sync.WaitGroup
	defer running.Wait()
	for _, container := range p.inits {
		if sidecar(*container.spec) {
			running.Go(func() { container.loop() })
			if !container.startedUp() {
				return
			}
		} else if !container.loop() {
			return
		}
	}
	for _, container := range p.containers {
		running.Go(func() { container.loop() })
	}
}

// remove deletes the object of a pod that was asked to end, now that nothing of it runs.
func (p *Pod) remove() {
	zero := int64(0)
	for !p.IsRemoved() {
		ctx, cancel := context.WithTimeout(context.Background(), apiPatience)
		err := p.node.Client.CoreV1().Pods(p.namespace).Delete(ctx, p.name, metav1.DeleteOptions{
			GracePeriodSeconds: &zero, Preconditions: &metav1.Preconditions{UID: &p.uid}})
		cancel()
		if err == nil || apierrors.IsNotFound(err) || apierrors.IsConflict(err) {
			return
		}
		time.Sleep(apiPause)
	}
}

// IsRemoved tells whether the object is known to be gone.
func (p *Pod) IsRemoved() bool {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.removed
}

func (p *Pod) directory() string { return p.node.podDirectory(p.uid) }

func (p *Pod) containerDirectory(name string) string { return filepath.Join(p.directory(), name) }

// find gives a container by its name; the first if there is none.
func (p *Pod) find(name string) *container {
	for _, container := range append(append([]*container{}, p.containers...), p.inits...) {
		if container.spec.Name == name || name == "" {
			return container
		}
	}
	return nil
}
