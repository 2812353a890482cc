package main

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// serveLogs answers the one request of a kubelet's API that tests need, the logs of a container, and gives the port.
// The API server is told no authority for kubelets, so it takes any certificate.
func (n *fakeNode) serveLogs(ctx context.Context) (int32, error) {
	pki, err := newAuthority()
	if err != nil {
		return 0, err
	}
	p, err := pki.server()
	if err != nil {
		return 0, err
	}
	cert, err := tls.X509KeyPair(p.cert, p.key)
	if err != nil {
		return 0, err
	}
	listener, err := net.Listen("tcp", nodeIP+":0")
	if err != nil {
		return 0, err
	}
	_, text, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		return 0, err
	}
	port, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		return 0, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /containerLogs/{namespace}/{pod}/{container}", n.logs)
	server := &http.Server{
		Handler:           mux,
		TLSConfig:         &tls.Config{Certificates: []tls.Certificate{cert}},
		ReadHeaderTimeout: 10 * time.Second,
	}
	go func() { _ = server.ServeTLS(listener, "", "") }()
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	return int32(port), nil
}

// logs writes what the annotation of the Pod says, or its last lines where the client asks for them. One who follows
// gets the end of the stream when the Pod has ended or is gone.
func (n *fakeNode) logs(w http.ResponseWriter, r *http.Request) {
	key := r.PathValue("namespace") + "/" + r.PathValue("pod")
	pod, ok := n.pod(key)
	if !ok {
		http.Error(w, "no such pod: "+key, http.StatusNotFound)
		return
	}
	query := r.URL.Query()
	text := pod.Annotations[annotationLogs]
	if tail, err := strconv.Atoi(query.Get("tailLines")); err == nil {
		lines := strings.SplitAfter(text, "\n")
		if lines[len(lines)-1] == "" {
			lines = lines[:len(lines)-1]
		}
		text = strings.Join(lines[max(0, len(lines)-tail):], "")
	}
	if query.Get("timestamps") == "true" {
		stamp := pod.CreationTimestamp.UTC().Format(time.RFC3339Nano)
		var b strings.Builder
		for line := range strings.SplitAfterSeq(text, "\n") {
			if line != "" {
				b.WriteString(stamp + " " + line)
			}
		}
		text = b.String()
	}
	w.Header().Set("Content-Type", "text/plain")
	_, _ = io.WriteString(w, text)
	if query.Get("follow") != "true" {
		return
	}
	if f, ok := w.(http.Flusher); ok {
		f.Flush()
	}
	for {
		current, ok := n.pod(key)
		if !ok || current.UID != pod.UID || current.Status.Phase == corev1.PodSucceeded || current.Status.Phase == corev1.PodFailed {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// pod looks up a Pod by "namespace/name".
func (n *fakeNode) pod(key string) (*corev1.Pod, bool) {
	o, exists, err := n.pods.GetByKey(key)
	if err != nil || !exists {
		return nil, false
	}
	pod, ok := o.(*corev1.Pod)
	return pod, ok
}
