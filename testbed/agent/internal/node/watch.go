package node

import (
	"context"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"

	"testbed/agent/internal/pods"
)

// Pods are those of this node.
type Pods struct {
	node    *pods.Node
	mutex   sync.Mutex
	running map[types.UID]*pods.Pod
	names   map[string]types.UID // of the latest pod of that name
	ended   map[types.UID]bool   // objects that a finalizer holds although nothing of them runs any more
	closed  bool
}

// NewPods begins with none.
func NewPods(node *pods.Node) *Pods {
	return &Pods{node: node, running: map[types.UID]*pods.Pod{}, names: map[string]types.UID{}, ended: map[types.UID]bool{}}
}

// Watch sees every object of a kind, and again every minute, in case something about it failed.
func Watch[T runtime.Object](ctx context.Context, client rest.Interface, resource string, selector fields.Selector, kind T, seen, gone func(T)) {
	lists := cache.NewListWatchFromClient(client, resource, corev1.NamespaceAll, selector)
	handle := func(object any) {
		if known, ok := object.(T); ok {
			seen(known)
		}
	}
	_, controller := cache.NewInformerWithOptions(cache.InformerOptions{
		ListerWatcher: lists, ObjectType: kind, ResyncPeriod: time.Minute,
		Handler: cache.ResourceEventHandlerFuncs{
			AddFunc: handle, UpdateFunc: func(_, object any) { handle(object) },
			DeleteFunc: func(object any) {
				if last, ok := object.(cache.DeletedFinalStateUnknown); ok {
					object = last.Obj
				}
				if known, ok := object.(T); ok {
					gone(known)
				}
			},
		},
	})
	controller.Run(ctx.Done())
}

// Seen takes a new or changed pod.
func (p *Pods) Seen(pod *corev1.Pod) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if known, found := p.running[pod.UID]; found {
		known.Update(pod)
		return
	}
	if p.closed || p.ended[pod.UID] {
		return
	}
	started := pods.Start(p.node, pod)
	p.running[pod.UID] = started
	p.names[pod.Namespace+"/"+pod.Name] = pod.UID
	go func() {
		<-started.Done()
		p.mutex.Lock()
		defer p.mutex.Unlock()
		delete(p.running, pod.UID)
		if !started.IsRemoved() {
			p.ended[pod.UID] = true
		}
	}()
}

// Gone takes the end of an object.
func (p *Pods) Gone(pod *corev1.Pod) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if known, found := p.running[pod.UID]; found {
		known.Removed()
	}
	delete(p.ended, pod.UID)
	if name := pod.Namespace + "/" + pod.Name; p.names[name] == pod.UID {
		delete(p.names, name)
	}
}

// Find gives the latest pod of a name.
func (p *Pods) Find(namespace, name string) (*pods.Pod, bool) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	pod, found := p.running[p.names[namespace+"/"+name]]
	return pod, found
}

// Halt ends everything that runs.
func (p *Pods) Halt() {
	p.mutex.Lock()
	p.closed = true
	var all []*pods.Pod
	for _, pod := range p.running {
		pod.Halt()
		all = append(all, pod)
	}
	p.mutex.Unlock()
	for _, pod := range all {
		<-pod.Done()
	}
}
