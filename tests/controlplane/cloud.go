package main

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
)

const (
	// provisioner is the name by which the storage class asks for the fake node's volumes.
	provisioner      = "fake.node/volumes"
	storageClassName = "standard"
	// Where a claim with a class says that it waits for a provisioner, and which; set by the volume binder.
	annotationProvisioner = "volume.kubernetes.io/storage-provisioner"
	annotationProvisioned = "pv.kubernetes.io/provisioned-by"
)

// createStorageClass makes the default class, so that a claim that names none gets a volume.
func (n *fakeNode) createStorageClass(ctx context.Context) error {
	class := &storagev1.StorageClass{
		ObjectMeta: metav1.ObjectMeta{
			Name:        storageClassName,
			Annotations: map[string]string{"storageclass.kubernetes.io/is-default-class": "true"},
		},
		Provisioner:       provisioner,
		ReclaimPolicy:     ptr.To(corev1.PersistentVolumeReclaimDelete),
		VolumeBindingMode: ptr.To(storagev1.VolumeBindingImmediate),
	}
	_, err := n.client.StorageV1().StorageClasses().Create(ctx, class, metav1.CreateOptions{})
	return err
}

// held says whether the object's annotation asks to be left as it is.
func held(o metav1.Object) bool {
	return o.GetAnnotations()[annotationOutcome] == string(outcomePending)
}

// handleService gives a load balancer an address, from the range that is set aside for documentation.
func (n *fakeNode) handleService(ctx context.Context, namespace, name string) error {
	services := n.client.CoreV1().Services(namespace)
	service, err := services.Get(ctx, name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if service.Spec.Type != corev1.ServiceTypeLoadBalancer || service.DeletionTimestamp != nil ||
		len(service.Status.LoadBalancer.Ingress) > 0 || held(service) {
		return nil
	}
	service.Status.LoadBalancer.Ingress = []corev1.LoadBalancerIngress{{IP: n.nextIP(203, 0)}}
	_, err = services.UpdateStatus(ctx, service, metav1.UpdateOptions{})
	return err
}

// handleClaim makes a volume for a claim that the binder has handed to our provisioner; the binder then joins the two.
func (n *fakeNode) handleClaim(ctx context.Context, namespace, name string) error {
	claim, err := n.client.CoreV1().PersistentVolumeClaims(namespace).Get(ctx, name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if claim.Spec.VolumeName != "" || claim.DeletionTimestamp != nil || claim.Annotations[annotationProvisioner] != provisioner || held(claim) {
		return nil
	}
	volume := &corev1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{
			Name:        "pvc-" + string(claim.UID),
			Annotations: map[string]string{annotationProvisioned: provisioner},
		},
		Spec: corev1.PersistentVolumeSpec{
			Capacity:                      corev1.ResourceList{corev1.ResourceStorage: claim.Spec.Resources.Requests[corev1.ResourceStorage]},
			AccessModes:                   claim.Spec.AccessModes,
			VolumeMode:                    claim.Spec.VolumeMode,
			PersistentVolumeReclaimPolicy: corev1.PersistentVolumeReclaimDelete,
			StorageClassName:              ptr.Deref(claim.Spec.StorageClassName, ""),
			PersistentVolumeSource:        corev1.PersistentVolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: "/fake/" + string(claim.UID)}},
			ClaimRef: &corev1.ObjectReference{
				APIVersion: "v1", Kind: "PersistentVolumeClaim", Namespace: namespace, Name: name,
				UID: claim.UID, ResourceVersion: claim.ResourceVersion,
			},
		},
	}
	_, err = n.client.CoreV1().PersistentVolumes().Create(ctx, volume, metav1.CreateOptions{})
	if apierrors.IsAlreadyExists(err) {
		err = nil
	}
	return err
}

// handleVolume deletes a volume of ours whose claim is gone.
func (n *fakeNode) handleVolume(ctx context.Context, name string) error {
	volumes := n.client.CoreV1().PersistentVolumes()
	volume, err := volumes.Get(ctx, name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if volume.Annotations[annotationProvisioned] != provisioner || volume.Status.Phase != corev1.VolumeReleased || volume.DeletionTimestamp != nil {
		return nil
	}
	err = volumes.Delete(ctx, name, metav1.DeleteOptions{Preconditions: metav1.NewUIDPreconditions(string(volume.UID))})
	if apierrors.IsNotFound(err) {
		err = nil
	}
	return err
}
