package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// request is one line on stdin: a request to the API server, so that a test can look around in the cluster and change
// things in it without a client of its own. It is made as the fake node and stays out of the audit log.
type request struct {
	Method string          `json:"method"`
	Path   string          `json:"path"`           // with the query
	Type   string          `json:"type,omitempty"` // of the body; default application/json
	Body   json.RawMessage `json:"body,omitempty"`
}

// response is the line on stdout that answers a request. Error is set where no answer came at all.
type response struct {
	Status int             `json:"status"`
	Body   json.RawMessage `json:"body,omitempty"`
	Error  string          `json:"error,omitempty"`
}

// answerRequests reads requests until the stream ends, and answers each in turn.
func answerRequests(ctx context.Context, in io.Reader, out io.Writer, base *rest.Config) error {
	client, err := rest.HTTPClientFor(base)
	if err != nil {
		return err
	}
	lines := bufio.NewReader(in)
	encoder := json.NewEncoder(out)
	for {
		line, err := lines.ReadBytes('\n')
		if len(strings.TrimSpace(string(line))) > 0 {
			if err := encoder.Encode(answer(ctx, client, base.Host, line)); err != nil {
				return err
			}
		}
		if err != nil {
			return nil // the end of the input
		}
	}
}

// answer makes one request.
func answer(ctx context.Context, client *http.Client, host string, line []byte) response {
	fail := func(err error) response { return response{Error: err.Error()} }
	var r request
	if err := json.Unmarshal(line, &r); err != nil {
		return fail(fmt.Errorf("not a request: %w", err))
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, r.Method, host+r.Path, strings.NewReader(string(r.Body)))
	if err != nil {
		return fail(err)
	}
	req.Header.Set("Accept", "application/json")
	if len(r.Body) > 0 {
		req.Header.Set("Content-Type", "application/json")
		if r.Type != "" {
			req.Header.Set("Content-Type", r.Type)
		}
	}
	resp, err := client.Do(req)
	if err != nil {
		return fail(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return fail(err)
	}
	if !json.Valid(body) { // such as "ok" from /readyz
		if body, err = json.Marshal(string(body)); err != nil {
			return fail(err)
		}
	}
	return response{Status: resp.StatusCode, Body: body}
}

// startProxy serves the API as the admin over plain HTTP on loopback and gives its address. A test's own proxy can
// stand before it and count, delay or break requests, which it could not do with what TLS hides.
func (c *cluster) startProxy(ctx context.Context) (string, error) {
	config, err := clientcmd.BuildConfigFromFlags("", c.kubeconfig)
	if err != nil {
		return "", err
	}
	transport, err := rest.TransportFor(config)
	if err != nil {
		return "", err
	}
	target, err := url.Parse(c.url)
	if err != nil {
		return "", err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	proxy := &httputil.ReverseProxy{
		Rewrite:       func(r *httputil.ProxyRequest) { r.SetURL(target) },
		Transport:     transport,
		FlushInterval: -1, // a watch must not wait for a full buffer
	}
	server := &http.Server{Handler: proxy, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }()
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	return "http://" + listener.Addr().String(), nil
}
