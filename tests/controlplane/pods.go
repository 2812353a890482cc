package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
)

// outcome is what becomes of a Pod.
type outcome string

const (
	outcomeRun       outcome = "run"       // running and ready
	outcomeSucceed   outcome = "succeed"   // ended well
	outcomeFail      outcome = "fail"      // ended with an exit code
	outcomeUnready   outcome = "unready"   // running, but never ready
	outcomePending   outcome = "pending"   // never started
	outcomeCrashLoop outcome = "crashloop" // ends and is started again and again
	outcomeImagePull outcome = "imagepull" // its image cannot be had
)

// outcomeOf reads the annotation; without one, a Pod does what a good Pod of its kind does.
func outcomeOf(pod *corev1.Pod) outcome {
	if o := pod.Annotations[annotationOutcome]; o != "" {
		return outcome(o)
	}
	if pod.Spec.RestartPolicy == corev1.RestartPolicyAlways {
		return outcomeRun
	}
	return outcomeSucceed
}

// handlePod brings a Pod of this node to its outcome once its delay is over, and lets go of one that is being deleted.
func (n *fakeNode) handlePod(ctx context.Context, namespace, name string) (time.Duration, error) {
	o, exists, err := n.pods.GetByKey(namespace + "/" + name)
	pod, ok := o.(*corev1.Pod)
	if err != nil || !exists || !ok || pod.Spec.NodeName != nodeName {
		return 0, err
	}
	pods := n.client.CoreV1().Pods(namespace)
	if pod.DeletionTimestamp != nil {
		if pod.DeletionGracePeriodSeconds != nil && *pod.DeletionGracePeriodSeconds == 0 {
			return 0, nil // only finalizers hold it
		}
		err := pods.Delete(ctx, name, metav1.DeleteOptions{
			GracePeriodSeconds: ptr.To[int64](0),
			Preconditions:      metav1.NewUIDPreconditions(string(pod.UID)),
		})
		if apierrors.IsNotFound(err) || apierrors.IsConflict(err) {
			err = nil
		}
		return 0, err
	}
	want := outcomeOf(pod)
	if want == outcomePending || pod.Status.StartTime != nil {
		return 0, nil // nothing happens, or all has happened
	}
	if wait := n.untilDue(pod); wait > 0 {
		return wait, nil
	}
	pod = pod.DeepCopy()
	n.setOutcome(pod, want)
	_, err = pods.UpdateStatus(ctx, pod, metav1.UpdateOptions{})
	if apierrors.IsNotFound(err) {
		err = nil
	}
	return 0, err
}

// untilDue says how long the Pod has to wait yet. The time runs from the first sight of it on the node.
func (n *fakeNode) untilDue(pod *corev1.Pod) time.Duration {
	n.mu.Lock()
	defer n.mu.Unlock()
	due, seen := n.due[pod.UID]
	if !seen {
		delay := defaultDelay
		if d, err := time.ParseDuration(pod.Annotations[annotationDelay]); err == nil {
			delay = d
		}
		due = time.Now().Add(delay)
		n.due[pod.UID] = due
	}
	return time.Until(due)
}

// setOutcome writes the status that a kubelet would write.
func (n *fakeNode) setOutcome(pod *corev1.Pod, want outcome) {
	now := metav1.Now()
	exit := exitCode(pod, want)
	ended := want == outcomeSucceed || want == outcomeFail
	isReady := want == outcomeRun
	ip := n.nextIP(10, 88)

	s := &pod.Status
	s.ObservedGeneration = pod.Generation
	s.StartTime = &now
	s.HostIP, s.HostIPs = nodeIP, []corev1.HostIP{{IP: nodeIP}}
	if want != outcomeImagePull {
		s.PodIP, s.PodIPs = ip, []corev1.PodIP{{IP: ip}}
	}
	switch want {
	case outcomeSucceed:
		s.Phase = corev1.PodSucceeded
	case outcomeFail:
		s.Phase = corev1.PodFailed
	case outcomeImagePull:
		s.Phase = corev1.PodPending
	default:
		s.Phase = corev1.PodRunning
	}
	setCondition(pod, corev1.PodReadyToStartContainers, !ended, "")
	setCondition(pod, corev1.PodInitialized, true, "")
	reason := ""
	if !isReady {
		reason = map[bool]string{true: "PodCompleted", false: "ContainersNotReady"}[want == outcomeSucceed]
	}
	setCondition(pod, corev1.ContainersReady, isReady, reason)
	setCondition(pod, corev1.PodReady, isReady, reason)
	for i := range s.Conditions {
		s.Conditions[i].ObservedGeneration = pod.Generation
	}

	s.InitContainerStatuses, s.ContainerStatuses = nil, nil
	for i := range pod.Spec.InitContainers {
		done := containerStatus(&pod.Spec.InitContainers[i])
		done.Ready, done.Started = true, ptr.To(false)
		done.State.Terminated = terminated(0, now)
		s.InitContainerStatuses = append(s.InitContainerStatuses, done)
	}
	for i := range pod.Spec.Containers {
		status := containerStatus(&pod.Spec.Containers[i])
		status.Ready, status.Started = isReady, ptr.To(isReady)
		switch want {
		case outcomeSucceed, outcomeFail:
			status.State.Terminated = terminated(exit, now)
		case outcomeCrashLoop:
			status.RestartCount = 3
			status.State.Waiting = &corev1.ContainerStateWaiting{
				Reason:  "CrashLoopBackOff",
				Message: fmt.Sprintf("back-off 40s restarting failed container=%s pod=%s_%s(%s)", status.Name, pod.Name, pod.Namespace, pod.UID),
			}
			status.LastTerminationState.Terminated = terminated(exit, now)
		case outcomeImagePull:
			status.ContainerID, status.ImageID = "", ""
			status.State.Waiting = &corev1.ContainerStateWaiting{
				Reason:  "ImagePullBackOff",
				Message: fmt.Sprintf("Back-off pulling image %q", status.Image),
			}
		default: // run, unready
			status.Started = ptr.To(true)
			status.State.Running = &corev1.ContainerStateRunning{StartedAt: now}
		}
		s.ContainerStatuses = append(s.ContainerStatuses, status)
	}
}

// exitCode is that of the annotation; else 1 for what goes wrong, 0 for what does not.
func exitCode(pod *corev1.Pod, want outcome) int32 {
	if code, err := strconv.ParseInt(pod.Annotations[annotationExitCode], 10, 32); err == nil {
		return int32(code)
	}
	if want == outcomeSucceed {
		return 0
	}
	return 1
}

// containerStatus is the part of a container's status that every outcome has.
func containerStatus(c *corev1.Container) corev1.ContainerStatus {
	return corev1.ContainerStatus{
		Name:        c.Name,
		Image:       c.Image,
		ImageID:     c.Image + "@sha256:0000000000000000000000000000000000000000000000000000000000000000",
		ContainerID: "fake://" + c.Name,
	}
}

func terminated(exit int32, now metav1.Time) *corev1.ContainerStateTerminated {
	reason := "Completed"
	if exit != 0 {
		reason = "Error"
	}
	return &corev1.ContainerStateTerminated{ExitCode: exit, Reason: reason, StartedAt: now, FinishedAt: now}
}

// setCondition sets or adds a condition.
func setCondition(pod *corev1.Pod, kind corev1.PodConditionType, is bool, reason string) {
	status := corev1.ConditionFalse
	if is {
		status = corev1.ConditionTrue
	}
	condition := corev1.PodCondition{Type: kind, Status: status, Reason: reason, LastTransitionTime: metav1.Now()}
	for i := range pod.Status.Conditions {
		if pod.Status.Conditions[i].Type == kind {
			pod.Status.Conditions[i] = condition
			return
		}
	}
	pod.Status.Conditions = append(pod.Status.Conditions, condition)
}
