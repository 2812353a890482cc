package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	logsapi "k8s.io/component-base/logs/api/v1"
	"k8s.io/klog/v2"
)

// Users of the control plane's own parts. They may do everything; their requests stay out of the audit log.
const (
	userManager   = "system:kube-controller-manager"
	userScheduler = "system:kube-scheduler"
	userNode      = "system:fake-node"
	groupMasters  = "system:masters"
)

// How long a start may take on a busy machine.
const startTimeout = 3 * time.Minute

// cluster is one control plane while it runs.
type cluster struct {
	*settings
	url    string     // of the API server
	failed chan error // what a component that ended by itself said
	scrap  []string   // files and folders to remove at the end
	keep   bool       // leave data and logs, so that somebody can see what went wrong
	pki    *authority // signs all certificates
	log    io.WriteCloser
}

// path names a file in the cluster's folder.
func (c *cluster) path(name string) string { return filepath.Join(c.dir, name) }

// start brings up all parts, one after another, and returns when the cluster takes Pods.
func (c *cluster) start(ctx context.Context) error {
	if err := c.logToFile(); err != nil {
		return err
	}
	// Bound before anything is started: the port is known then, and nobody else can take it.
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	c.url = "https://" + listener.Addr().String()
	if err := c.writeFiles(); err != nil {
		return fmt.Errorf("writing certificates: %w", err)
	}
	etcd, err := c.startEtcd(ctx)
	if err != nil {
		return fmt.Errorf("etcd: %w", err)
	}
	if err := c.startAPIServer(ctx, etcd, listener); err != nil {
		return fmt.Errorf("kube-apiserver: %w", err)
	}
	config, err := c.nodeConfig()
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	if err := c.wait(ctx, "the API server", func(ctx context.Context) bool {
		return client.RESTClient().Get().AbsPath("/readyz").Do(ctx).Error() == nil
	}); err != nil {
		return err
	}
	if err := c.startManager(ctx); err != nil {
		return fmt.Errorf("kube-controller-manager: %w", err)
	}
	if err := c.startScheduler(ctx); err != nil {
		return fmt.Errorf("kube-scheduler: %w", err)
	}
	if err := startNode(ctx, client); err != nil {
		return fmt.Errorf("fake node: %w", err)
	}
	// The first Pod of a namespace needs its service account; both of these come from the controller manager.
	return c.wait(ctx, "the controllers", func(ctx context.Context) bool {
		ns := client.CoreV1()
		_, err := ns.ServiceAccounts(corev1.NamespaceDefault).Get(ctx, "default", metav1.GetOptions{})
		if err != nil {
			return false
		}
		_, err = ns.ConfigMaps(corev1.NamespaceDefault).Get(ctx, "kube-root-ca.crt", metav1.GetOptions{})
		return err == nil
	})
}

// wait asks again and again until the answer is yes, a component fails or the time is up.
func (c *cluster) wait(ctx context.Context, what string, done func(context.Context) bool) error {
	var failure error
	err := wait.PollUntilContextTimeout(ctx, 25*time.Millisecond, startTimeout, true, func(ctx context.Context) (bool, error) {
		select {
		case failure = <-c.failed:
			return false, failure
		default:
			return done(ctx), nil
		}
	})
	if failure != nil {
		return failure
	}
	if err != nil {
		return fmt.Errorf("%s did not become ready: %w", what, err)
	}
	return nil
}

// serve runs a component for good; that it ends is a failure of the cluster.
func (c *cluster) serve(name string, run func() error) {
	go func() {
		c.failed <- fmt.Errorf("%s ended: %w", name, run())
	}()
}

// logToFile sends what the components log to a file: stdout and stderr belong to our caller.
func (c *cluster) logToFile() error {
	file, err := os.Create(c.path("controlplane.log"))
	if err != nil {
		return err
	}
	c.log = file
	klog.LogToStderr(false)
	klog.SetOutput(file)
	// Even then, klog copies errors to stderr, and a healthy start has some.
	flags := flag.NewFlagSet("klog", flag.ContinueOnError)
	klog.InitFlags(flags)
	if err := flags.Set("stderrthreshold", "FATAL"); err != nil {
		return err
	}
	// Each component sets up logging for its own process and takes a second time for a mistake.
	logsapi.ReapplyHandling = logsapi.ReapplyHandlingIgnoreUnchanged
	rest.SetDefaultWarningHandler(rest.NoWarnings{})
	return nil
}

// writeFiles makes the certificates and kubeconfigs of the components and of the users.
func (c *cluster) writeFiles() error {
	pki, err := newAuthority()
	if err != nil {
		return err
	}
	c.pki = pki
	server, err := pki.server()
	if err != nil {
		return err
	}
	for name, data := range map[string][]byte{"ca.crt": pki.pem, "server.crt": server.cert, "server.key": server.key} {
		if err := os.WriteFile(c.path(name), data, 0o600); err != nil {
			return err
		}
	}
	if err := newKeyFile(c.path("service-account.key")); err != nil {
		return err
	}
	files := map[string]user{
		c.kubeconfig:                   {"kubernetes-admin", []string{groupMasters}},
		c.path("manager.kubeconfig"):   {userManager, []string{groupMasters}},
		c.path("scheduler.kubeconfig"): {userScheduler, []string{groupMasters}},
		c.path("node.kubeconfig"):      {userNode, []string{groupMasters}},
	}
	for _, u := range c.users {
		files[c.path("kubeconfig-"+u.name)] = u
	}
	for file, u := range files {
		if err := pki.writeKubeconfig(file, c.url, u); err != nil {
			return err
		}
	}
	return nil
}

// nodeConfig is how the start, the fake node and the requests of our caller reach the server; it is not throttled.
func (c *cluster) nodeConfig() (*rest.Config, error) {
	config, err := clientcmd.BuildConfigFromFlags("", c.path("node.kubeconfig"))
	if err != nil {
		return nil, err
	}
	config.QPS = -1
	return config, nil
}

// cleanUp removes what nobody can use once the process has ended.
func (c *cluster) cleanUp() {
	if c.keep {
		return
	}
	if c.remove {
		c.scrap = append(c.scrap, c.dir)
	}
	for _, p := range c.scrap {
		_ = os.RemoveAll(p)
	}
}
