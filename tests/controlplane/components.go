package main

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"

	"github.com/spf13/pflag"
	"go.etcd.io/etcd/server/v3/embed"
	utilerrors "k8s.io/apimachinery/pkg/util/errors"
	"k8s.io/apiserver/pkg/util/compatibility"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	cliflag "k8s.io/component-base/cli/flag"
	basecompatibility "k8s.io/component-base/compatibility"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	apiserveroptions "k8s.io/kubernetes/cmd/kube-apiserver/app/options"
	manager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	manageroptions "k8s.io/kubernetes/cmd/kube-controller-manager/app/options"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	scheduleroptions "k8s.io/kubernetes/cmd/kube-scheduler/app/options"
)

const (
	serviceRange = "10.96.0.0/16"
	serviceIP    = "10.96.0.1" // of the Service "kubernetes": the first in the range
)

// controllers are the ones whose work Helm or its users' charts can see. The rest would cost memory and requests for
// things that a fake node has no use for (attaching volumes, signing certificates, watching over nodes).
const controllers = "clusterrole-aggregation-controller,cronjob-controller,daemonset-controller,deployment-controller," +
	"disruption-controller,endpointslice-controller,garbage-collector-controller,horizontal-pod-autoscaler-controller," +
	"job-controller,namespace-controller,persistentvolume-binder-controller,persistentvolume-protection-controller," +
	"persistentvolumeclaim-protection-controller,replicaset-controller,replicationcontroller-controller," +
	"resourcequota-controller,root-ca-certificate-publisher-controller,serviceaccount-controller," +
	"serviceaccount-token-controller,statefulset-controller,ttl-after-finished-controller"

// auditPolicy records who asked for what, without bodies, and leaves out the control plane's talk with itself.
const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: None
  users: ["system:apiserver", "` + userManager + `", "` + userScheduler + `", "` + userNode + `"]
- level: Metadata
`

// startEtcd starts a store of one member and gives the address for clients. A client socket of its own needs no port
// and no certificates; writes are not forced to the disk, since nothing has to outlive the process.
func (c *cluster) startEtcd(ctx context.Context) (string, error) {
	socket := c.path("etcd.sock")
	if len(socket) > 90 { // the kernel's limit is 108 bytes, and etcd adds to the name
		dir, err := os.MkdirTemp("", "etcd-")
		if err != nil {
			return "", err
		}
		c.scrap = append(c.scrap, dir)
		socket = filepath.Join(dir, "etcd.sock")
	}
	config := embed.NewConfig()
	config.Dir = c.path("etcd")
	c.scrap = append(c.scrap, config.Dir, socket)
	config.ListenClientUrls = []url.URL{{Scheme: "unix", Path: socket}}
	// Nobody connects to these two: etcd only wants them named, and refuses to advertise a socket.
	config.AdvertiseClientUrls = []url.URL{{Scheme: "http", Host: "127.0.0.111:0"}}
	config.ListenPeerUrls = []url.URL{{Scheme: "http", Host: "127.0.0.1:0"}}
	config.UnsafeNoFsync = true
	config.LogLevel = "error"
	config.LogOutputs = []string{c.path("etcd.log")}
	server, err := embed.StartEtcd(config)
	if err != nil {
		return "", err
	}
	select {
	case <-server.Server.ReadyNotify():
	case err := <-server.Err():
		return "", err
	case <-ctx.Done():
		return "", ctx.Err()
	}
	c.serve("etcd", func() error { return <-server.Err() })
	return "unix://" + socket, nil
}

// newRegistry gives a component its own copy of the feature gates. The components are written for a process each:
// sharing the default registry, the second to register would fail.
func newRegistry() (basecompatibility.ComponentGlobalsRegistry, error) {
	registry := basecompatibility.NewComponentGlobalsRegistry()
	gate := utilfeature.DefaultMutableFeatureGate.DeepCopy()
	err := registry.Register(basecompatibility.DefaultKubeComponent, compatibility.DefaultBuildEffectiveVersion(), gate)
	return registry, err
}

// parse reads a component's flags as its command would, and makes its feature gates take effect.
func parse(name string, sets cliflag.NamedFlagSets, registry basecompatibility.ComponentGlobalsRegistry, args ...string) error {
	fs := pflag.NewFlagSet(name, pflag.ContinueOnError)
	for _, set := range sets.FlagSets {
		fs.AddFlagSet(set)
	}
	if err := fs.Parse(args); err != nil {
		return err
	}
	return registry.Set()
}

func (c *cluster) startAPIServer(ctx context.Context, etcd string, listener net.Listener) error {
	address, ok := listener.Addr().(*net.TCPAddr)
	if !ok {
		return fmt.Errorf("%v is no TCP address", listener.Addr())
	}
	registry, err := newRegistry()
	if err != nil {
		return err
	}
	o := apiserveroptions.NewServerRunOptions()
	o.GenericServerRunOptions.ComponentGlobalsRegistry = registry
	args := []string{
		"--etcd-servers=" + etcd,
		"--bind-address=127.0.0.1",
		"--advertise-address=127.0.0.1",
		fmt.Sprintf("--secure-port=%d", address.Port),
		"--tls-cert-file=" + c.path("server.crt"),
		"--tls-private-key-file=" + c.path("server.key"),
		"--client-ca-file=" + c.path("ca.crt"),
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file=" + c.path("service-account.key"),
		"--service-account-signing-key-file=" + c.path("service-account.key"),
		"--service-cluster-ip-range=" + serviceRange,
		"--authorization-mode=RBAC",
		"--allow-privileged=true",
		"--profiling=false",
		// The Service "kubernetes" may not point at a loopback address, so it gets no endpoints.
		"--endpoint-reconciler-type=none",
		"--kubelet-preferred-address-types=InternalIP",
	}
	if c.auditLog != "" {
		policy := c.path("audit-policy.yaml")
		if err := os.WriteFile(policy, []byte(auditPolicy), 0o600); err != nil {
			return err
		}
		args = append(args, "--audit-policy-file="+policy, "--audit-log-path="+c.auditLog)
	}
	if err := parse("kube-apiserver", o.Flags(), registry, args...); err != nil {
		return err
	}
	o.SecureServing.Listener, o.SecureServing.BindPort = listener, address.Port
	completed, err := o.Complete(ctx)
	if err != nil {
		return err
	}
	if errs := completed.Validate(); len(errs) > 0 {
		return utilerrors.NewAggregate(errs)
	}
	c.serve("kube-apiserver", func() error { return apiserver.Run(ctx, completed) })
	return nil
}

func (c *cluster) startManager(ctx context.Context) error {
	registry, err := newRegistry()
	if err != nil {
		return err
	}
	o, err := manageroptions.NewKubeControllerManagerOptions()
	if err != nil {
		return err
	}
	o.ComponentGlobalsRegistry = registry
	all, disabled, aliases := manager.KnownControllers(), manager.ControllersDisabledByDefault(), manager.ControllerAliases()
	sets := o.Flags(all, disabled, aliases)
	o.ParsedFlags = &sets
	err = parse("kube-controller-manager", sets, registry,
		"--kubeconfig="+c.path("manager.kubeconfig"),
		"--controllers="+controllers,
		"--leader-elect=false",
		"--secure-port=0",
		"--profiling=false",
		"--kube-api-qps=1000",
		"--kube-api-burst=2000",
		"--root-ca-file="+c.path("ca.crt"),
		"--service-account-private-key-file="+c.path("service-account.key"),
	)
	if err != nil {
		return err
	}
	config, err := o.Config(ctx, all, disabled, aliases)
	if err != nil {
		return err
	}
	c.serve("kube-controller-manager", func() error { return manager.Run(ctx, config.Complete()) })
	return nil
}

func (c *cluster) startScheduler(ctx context.Context) error {
	registry, err := newRegistry()
	if err != nil {
		return err
	}
	o := scheduleroptions.NewOptionsWithComponentGlobalsRegistry(registry)
	err = parse("kube-scheduler", *o.Flags, registry,
		"--kubeconfig="+c.path("scheduler.kubeconfig"),
		"--leader-elect=false",
		"--secure-port=0",
		"--profiling=false",
		"--kube-api-qps=1000",
		"--kube-api-burst=2000",
	)
	if err != nil {
		return err
	}
	config, sched, err := scheduler.Setup(ctx, o)
	if err != nil {
		return err
	}
	c.serve("kube-scheduler", func() error { return scheduler.Run(ctx, config, sched) })
	return nil
}
