// Command controlplane is a real Kubernetes control plane for tests, in one process on loopback: etcd, kube-apiserver,
// kube-controller-manager, kube-scheduler and a small fake node that pretends to run Pods.
//
//	controlplane [--dir DIR] [--kubeconfig FILE] [--audit-log FILE] [--user NAME[=GROUP,...]]... [--proxy] [--remove]
//	controlplane [flags] -- COMMAND [ARGS...]
//
// In the first form it prints one line of JSON when it is ready and runs until its stdin closes or it is told to end
// by SIGTERM, SIGINT or SIGHUP. A test keeps a pipe to its stdin: the control plane then ends with the test, however
// the test ends. What the test writes there are requests, a line of JSON each (see request), answered on stdout.
// In the second form it runs COMMAND with KUBECONFIG set and gives back its exit status.
//
// Nothing is durable: each start is a fresh cluster on a random port, and any number may run at once.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// settings is the command line, understood.
type settings struct {
	dir        string   // where certificates, kubeconfigs, logs and etcd's data go
	kubeconfig string   // where the admin's kubeconfig goes
	auditLog   string   // where API requests are recorded; empty: nowhere
	users      []user   // further users to write kubeconfigs for
	proxy      bool     // serve the API over plain HTTP, too
	command    []string // what to run; empty: serve until stdin closes
	remove     bool     // dir goes away at the end
}

// user is somebody with a client certificate of their own. Without groups they have no rights until a role is bound.
type user struct {
	name   string
	groups []string
}

// userList collects repeated --user flags.
type userList []user

func (l *userList) String() string { return "" }

func (l *userList) Set(s string) error {
	name, groups, _ := strings.Cut(s, "=")
	if name == "" || strings.ContainsAny(name, "/\\") {
		return fmt.Errorf("%q is not NAME or NAME=GROUP,...", s)
	}
	u := user{name: name}
	if groups != "" {
		u.groups = strings.Split(groups, ",")
	}
	*l = append(*l, u)
	return nil
}

// readSettings parses the arguments after the program's name.
func readSettings(args []string) (*settings, error) {
	s := &settings{}
	fs := flag.NewFlagSet("controlplane", flag.ContinueOnError)
	fs.StringVar(&s.dir, "dir", "", "`folder` for kubeconfigs, certificates, logs and data (default: a temporary one)")
	fs.StringVar(&s.kubeconfig, "kubeconfig", "", "`file` for the admin's kubeconfig (default: kubeconfig in the folder)")
	fs.StringVar(&s.auditLog, "audit-log", "", "record API requests of users in this `file`, at the level Metadata")
	fs.Var((*userList)(&s.users), "user", "`NAME[=GROUP,...]`: also write kubeconfig-NAME for this user; may be repeated")
	fs.BoolVar(&s.proxy, "proxy", false, "also serve the API as the admin over plain HTTP, for proxies of tests")
	fs.BoolVar(&s.remove, "remove", false, "remove the folder at the end, as is done with a temporary one")
	if err := fs.Parse(args); err != nil {
		return nil, err
	}
	s.command = fs.Args()
	if s.dir == "" {
		dir, err := os.MkdirTemp("", "controlplane-")
		if err != nil {
			return nil, err
		}
		s.dir, s.remove = dir, true
	}
	// Every path must stay good for a reader in another working directory.
	for _, p := range []*string{&s.dir, &s.kubeconfig, &s.auditLog} {
		if *p == "" {
			continue
		}
		abs, err := filepath.Abs(*p)
		if err != nil {
			return nil, err
		}
		*p = abs
	}
	if s.kubeconfig == "" {
		s.kubeconfig = filepath.Join(s.dir, "kubeconfig")
	}
	return s, os.MkdirAll(s.dir, 0o755)
}

// ready is the line that tells the parent that the cluster can be used.
type ready struct {
	Ready      bool   `json:"ready"`
	URL        string `json:"url"`
	Proxy      string `json:"proxy,omitempty"`
	Kubeconfig string `json:"kubeconfig"`
	Dir        string `json:"dir"`
	PID        int    `json:"pid"`
	StartupMS  int64  `json:"startup_ms"`
}

func main() {
	// Clients of Kubernetes name themselves, and so the manager of the fields they write, after the program.
	os.Args[0] = "controlplane"
	s, err := readSettings(os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		os.Exit(0)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "controlplane:", err)
		os.Exit(2)
	}
	os.Exit(run(s))
}

// run starts the cluster, waits for the end and gives the exit status.
func run(s *settings) int {
	start := time.Now()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()

	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	// Read from the start, so that a parent that dies early is seen, but answered only once the cluster is there.
	closed := make(chan struct{})
	requests, feed := io.Pipe()
	if len(s.command) == 0 {
		go func() {
			_, _ = io.Copy(feed, os.Stdin)
			close(closed)
		}()
	}

	c := &cluster{settings: s, failed: make(chan error, 8)}
	// No component is stopped in good order: the data goes away with the process, and the parent does not like to wait.
	defer c.cleanUp()

	started := make(chan error, 1)
	go func() { started <- c.start(ctx) }()
	select {
	case err := <-started:
		if err != nil {
			fmt.Fprintf(os.Stderr, "controlplane: %v (see the logs in %s)\n", err, s.dir)
			c.keep = true
			return 1
		}
	case <-signals:
		return 1
	case <-closed:
		return 1
	}

	if len(s.command) > 0 {
		return runCommand(s, signals)
	}
	if err := c.announce(ctx, start, requests); err != nil {
		fmt.Fprintln(os.Stderr, "controlplane:", err)
		return 1
	}

	select {
	case <-signals:
	case <-closed:
	case err := <-c.failed:
		fmt.Fprintf(os.Stderr, "controlplane: %v (see the logs in %s)\n", err, s.dir)
		c.keep = true
		return 1
	}
	return 0
}

// announce says on stdout that the cluster is ready, and begins to answer requests.
func (c *cluster) announce(ctx context.Context, start time.Time, requests io.Reader) error {
	say := ready{
		Ready: true, URL: c.url, Kubeconfig: c.kubeconfig, Dir: c.dir, PID: os.Getpid(),
		StartupMS: time.Since(start).Milliseconds(),
	}
	if c.proxy {
		address, err := c.startProxy(ctx)
		if err != nil {
			return err
		}
		say.Proxy = address
	}
	config, err := c.nodeConfig()
	if err != nil {
		return err
	}
	if err := json.NewEncoder(os.Stdout).Encode(say); err != nil {
		return err
	}
	if info, err := os.Stdout.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		fmt.Fprintf(os.Stderr, "export KUBECONFIG=%s\nEnds with Ctrl-C or Ctrl-D.\n", c.kubeconfig)
	}
	go func() {
		if err := answerRequests(ctx, requests, os.Stdout, config); err != nil {
			c.failed <- fmt.Errorf("answering requests: %w", err)
		}
	}()
	return nil
}

// runCommand runs the command of the second form, passes signals on to it, and gives its exit status.
func runCommand(s *settings, signals <-chan os.Signal) int {
	cmd := exec.Command(s.command[0], s.command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), "KUBECONFIG="+s.kubeconfig)
	if err := cmd.Start(); err != nil {
		fmt.Fprintln(os.Stderr, "controlplane:", err)
		return 127
	}
	go func() {
		for sig := range signals {
			_ = cmd.Process.Signal(sig)
		}
	}()
	err := cmd.Wait()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
			return 128 + int(status.Signal())
		}
		return exit.ExitCode()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "controlplane:", err)
		return 1
	}
	return 0
}
