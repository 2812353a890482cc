package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/workqueue"
)

// Annotations that steer what the fake node makes of an object.
const (
	annotationOutcome  = "fake.node/outcome"   // on Pods, Services, PersistentVolumeClaims
	annotationDelay    = "fake.node/delay"     // a Go duration: how long until a Pod's outcome
	annotationExitCode = "fake.node/exit-code" // of a Pod's containers, where the outcome ends them
	annotationLogs     = "fake.node/logs"      // what a Pod's containers have logged
)

const (
	nodeName = "fake-node"
	nodeIP   = "127.0.0.1"
	// Until a Pod's outcome, where its annotations do not say: long enough that a watcher sees it pending.
	defaultDelay = 50 * time.Millisecond
)

// fakeNode plays kubelet, cloud provider and volume provisioner at once: it moves Pods to the outcome that their
// annotations ask for, gives load balancers an address and claims a volume. Nothing is ever run.
type fakeNode struct {
	client kubernetes.Interface
	pods   cache.Indexer
	queue  workqueue.TypedDelayingInterface[job]

	mu  sync.Mutex
	due map[types.UID]time.Time // when a Pod that was seen gets its outcome
	ips uint32                  // Pod and load balancer addresses given so far
}

// job is one object to look at.
type job struct{ kind, namespace, name string }

// How many objects are handled at the same time.
const nodeWorkers = 4

// startNode registers the node and starts to serve Pods, Services and claims.
func startNode(ctx context.Context, client kubernetes.Interface) error {
	factory := informers.NewSharedInformerFactory(client, 0)
	core := factory.Core().V1()
	n := &fakeNode{
		client: client,
		pods:   core.Pods().Informer().GetIndexer(),
		queue:  workqueue.NewTypedDelayingQueue[job](),
		due:    map[types.UID]time.Time{},
	}
	port, err := n.serveLogs(ctx)
	if err != nil {
		return err
	}
	for kind, informer := range map[string]cache.SharedIndexInformer{
		"Pod":                   core.Pods().Informer(),
		"Service":               core.Services().Informer(),
		"PersistentVolumeClaim": core.PersistentVolumeClaims().Informer(),
		"PersistentVolume":      core.PersistentVolumes().Informer(),
	} {
		if err := n.watch(kind, informer); err != nil {
			return err
		}
	}
	if err := n.register(ctx, port); err != nil {
		return err
	}
	if err := n.createStorageClass(ctx); err != nil {
		return err
	}
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	go func() {
		<-ctx.Done()
		n.queue.ShutDown()
	}()
	for range nodeWorkers {
		go n.work(ctx)
	}
	return nil
}

// watch queues each object of the kind that appears or changes.
func (n *fakeNode) watch(kind string, informer cache.SharedIndexInformer) error {
	add := func(o any) {
		if m, ok := o.(metav1.Object); ok {
			n.queue.Add(job{kind, m.GetNamespace(), m.GetName()})
		}
	}
	_, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    add,
		UpdateFunc: func(_, o any) { add(o) },
		DeleteFunc: func(o any) {
			if p, ok := o.(*corev1.Pod); ok {
				n.mu.Lock()
				delete(n.due, p.UID)
				n.mu.Unlock()
			}
		},
	})
	return err
}

// work handles queued objects until the queue is shut down. What fails is tried again after a moment: mostly the
// object was changed by somebody else in between.
func (n *fakeNode) work(ctx context.Context) {
	for {
		j, end := n.queue.Get()
		if end {
			return
		}
		again, err := n.handle(ctx, j)
		n.queue.Done(j)
		if err != nil {
			utilruntime.HandleErrorWithContext(ctx, err, "fake node", "kind", j.kind, "namespace", j.namespace, "name", j.name)
			again = 100 * time.Millisecond
		}
		if again > 0 {
			n.queue.AddAfter(j, again)
		}
	}
}

// handle does what is to be done for one object, and says after what time it must be looked at again (0: when it changes).
func (n *fakeNode) handle(ctx context.Context, j job) (time.Duration, error) {
	switch j.kind {
	case "Pod":
		return n.handlePod(ctx, j.namespace, j.name)
	case "Service":
		return 0, n.handleService(ctx, j.namespace, j.name)
	case "PersistentVolumeClaim":
		return 0, n.handleClaim(ctx, j.namespace, j.name)
	default:
		return 0, n.handleVolume(ctx, j.name)
	}
}

// register creates the Node object: ready, and with room for any number of Pods.
func (n *fakeNode) register(ctx context.Context, port int32) error {
	room := corev1.ResourceList{
		corev1.ResourceCPU:              resource.MustParse("1000"),
		corev1.ResourceMemory:           resource.MustParse("4Ti"),
		corev1.ResourceEphemeralStorage: resource.MustParse("4Ti"),
		corev1.ResourcePods:             resource.MustParse("10000"),
	}
	now := metav1.Now()
	condition := func(kind corev1.NodeConditionType, status corev1.ConditionStatus, reason string) corev1.NodeCondition {
		return corev1.NodeCondition{Type: kind, Status: status, Reason: reason, LastHeartbeatTime: now, LastTransitionTime: now}
	}
	node := &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{
			Name: nodeName,
			Labels: map[string]string{
				corev1.LabelHostname:   nodeName,
				corev1.LabelOSStable:   "linux",
				corev1.LabelArchStable: "amd64",
			},
		},
		Status: corev1.NodeStatus{
			Capacity:    room,
			Allocatable: room,
			Addresses:   []corev1.NodeAddress{{Type: corev1.NodeInternalIP, Address: nodeIP}},
			Conditions: []corev1.NodeCondition{
				condition(corev1.NodeReady, corev1.ConditionTrue, "KubeletReady"),
				condition(corev1.NodeMemoryPressure, corev1.ConditionFalse, "KubeletHasSufficientMemory"),
				condition(corev1.NodeDiskPressure, corev1.ConditionFalse, "KubeletHasNoDiskPressure"),
				condition(corev1.NodePIDPressure, corev1.ConditionFalse, "KubeletHasSufficientPID"),
			},
			DaemonEndpoints: corev1.NodeDaemonEndpoints{KubeletEndpoint: corev1.DaemonEndpoint{Port: port}},
			NodeInfo: corev1.NodeSystemInfo{
				OperatingSystem: "linux", Architecture: "amd64", KubeletVersion: "v1.36.3", ContainerRuntimeVersion: "fake://1",
			},
		},
	}
	nodes := n.client.CoreV1().Nodes()
	created, err := nodes.Create(ctx, node, metav1.CreateOptions{})
	if err != nil {
		return fmt.Errorf("creating the node: %w", err)
	}
	// Admission taints a new node as not ready. The controller that would lift the taint does not run here.
	created.Spec.Taints = nil
	if _, err := nodes.Update(ctx, created, metav1.UpdateOptions{}); err != nil {
		return fmt.Errorf("lifting the node's taint: %w", err)
	}
	return nil
}

// nextIP gives an address with the two bytes of the prefix that nothing has had before.
func (n *fakeNode) nextIP(a, b byte) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.ips++
	return fmt.Sprintf("%d.%d.%d.%d", a, b, byte(n.ips/254), byte(n.ips%254+1))
}
