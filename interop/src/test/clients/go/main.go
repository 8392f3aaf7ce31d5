// The client of nexus under remote control: see ../README.md.
package main

import (
	"bufio"
	"context"
	"crypto/ed25519"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http/cookiejar"
	"os"
	"strings"
	"sync"

	"github.com/gammazero/nexus/v3/client"
	"github.com/gammazero/nexus/v3/transport/serialize"
	"github.com/gammazero/nexus/v3/wamp"
	"github.com/gammazero/nexus/v3/wamp/crsign"
	"github.com/ugorji/go/codec"
)

// RFC 8746: the tag that wampy gives to octets; a router leaves it as it is.
const uint8Array = 64

type command struct {
	N          int       `json:"n"`
	Op         string    `json:"op"`
	Peer       string    `json:"peer"`
	URL        string    `json:"url"`
	Serializer string    `json:"serializer"`
	Realm      string    `json:"realm"`
	URI        string    `json:"uri"`
	Does       string    `json:"does"`
	Match      string    `json:"match"`
	Progress   bool      `json:"progress"`
	Args       wamp.List `json:"args"`
	Kwargs     wamp.Dict `json:"kwargs"`
	Auth       *proof    `json:"auth"`
	TLS        *files    `json:"tls"`
	Cookies    bool      `json:"cookies"`
}

type proof struct {
	Method  string   `json:"method"`
	Methods []string `json:"methods"`
	Authid  string   `json:"authid"`
	Secret  string   `json:"secret"`
}

// files are those that TLS needs: the authority, and perhaps the client's certificate and key.
type files struct {
	Ca   string `json:"ca"`
	Cert string `json:"cert"`
	Key  string `json:"key"`
}

func (f *files) config() (*tls.Config, error) {
	pem, err := os.ReadFile(f.Ca)
	if err != nil {
		return nil, err
	}
	config := &tls.Config{RootCAs: x509.NewCertPool()}
	config.RootCAs.AppendCertsFromPEM(pem)
	if f.Cert != "" {
		own, err := tls.LoadX509KeyPair(f.Cert, f.Key)
		if err != nil {
			return nil, err
		}
		config.Certificates = []tls.Certificate{own}
	}
	return config, nil
}

// authenticate makes the client prove who it is; nexus has no helper for cryptosign.
func (p *proof) authenticate(config *client.Config) error {
	details := wamp.Dict{}
	if p.Authid != "" {
		details["authid"] = p.Authid
	}
	var respond client.AuthFunc
	switch p.Method {
	case "ticket":
		respond = func(*wamp.Challenge) (string, wamp.Dict) { return p.Secret, nil }
	case "wampcra":
		respond = func(c *wamp.Challenge) (string, wamp.Dict) { return crsign.RespondChallenge(p.Secret, c, nil), nil }
	case "cryptosign":
		seed, err := hex.DecodeString(p.Secret)
		if err != nil {
			return err
		}
		key := ed25519.NewKeyFromSeed(seed)
		details["authextra"] = wamp.Dict{"pubkey": hex.EncodeToString(key.Public().(ed25519.PublicKey)), "channel_binding": nil}
		respond = func(c *wamp.Challenge) (string, wamp.Dict) {
			challenge, _ := wamp.AsString(c.Extra["challenge"])
			octets, _ := hex.DecodeString(challenge)
			return hex.EncodeToString(ed25519.Sign(key, octets)) + challenge, nil
		}
	default: // tls and cookie: nothing is asked
		respond = func(*wamp.Challenge) (string, wamp.Dict) { return "", nil }
	}
	config.HelloDetails = details
	config.AuthHandlers = map[string]client.AuthFunc{p.Method: respond}
	for _, other := range p.Methods { // announced beside it; the client sends them in no order
		if other != p.Method {
			config.AuthHandlers[other] = func(*wamp.Challenge) (string, wamp.Dict) { return "", nil }
		}
	}
	return nil
}

type peer struct {
	*client.Client
	json bool
}

var (
	serializations = map[string]serialize.Serialization{"json": serialize.JSON, "msgpack": serialize.MSGPACK, "cbor": serialize.CBOR}
	mutex          sync.Mutex // guards the output and the peers
	peers          = map[string]*peer{}
	jar, _         = cookiejar.New(nil)
	out            = json.NewEncoder(os.Stdout)
)

func write(line any) {
	mutex.Lock()
	defer mutex.Unlock()
	if err := out.Encode(line); err != nil {
		log.Fatal(err)
	}
}

// toClient turns {"$bytes"} into octets; JSON has none, there they are a string.
func (p *peer) toClient(x any) any {
	switch x := x.(type) {
	case map[string]any:
		if text, ok := x["$bytes"].(string); ok {
			if p.json {
				return "\x00" + text
			}
			octets, err := base64.StdEncoding.DecodeString(text)
			if err != nil {
				log.Fatal(err)
			}
			return octets
		}
		for k, v := range x {
			x[k] = p.toClient(v)
		}
	case wamp.Dict:
		return wamp.Dict(p.toClient(map[string]any(x)).(map[string]any))
	case wamp.List:
		return wamp.List(p.toClient([]any(x)).([]any))
	case []any:
		for i, v := range x {
			x[i] = p.toClient(v)
		}
	case float64: // the control line has no integers of its own
		if x == float64(int64(x)) {
			return int64(x)
		}
	}
	return x
}

func fromClient(x any) any {
	switch x := x.(type) {
	case codec.RawExt:
		if x.Tag == uint8Array {
			return fromClient(x.Value)
		}
	case []byte:
		return map[string]any{"$bytes": base64.StdEncoding.EncodeToString(x)}
	case string:
		if text, ok := strings.CutPrefix(x, "\x00"); ok {
			return map[string]any{"$bytes": text}
		}
	case wamp.Dict:
		return fromClient(map[string]any(x))
	case map[string]any:
		copied := map[string]any{}
		for k, v := range x {
			copied[k] = fromClient(v)
		}
		return copied
	case wamp.List:
		return fromClient([]any(x))
	case []any:
		copied := make([]any, len(x))
		for i, v := range x {
			copied[i] = fromClient(v)
		}
		return copied
	}
	return x
}

func payload(args wamp.List, kwargs wamp.Dict) map[string]any {
	return map[string]any{"args": fromClient(args), "kwargs": fromClient(kwargs)}
}

func (p *peer) procedure(does string) client.InvocationHandler {
	return func(ctx context.Context, i *wamp.Invocation) client.InvokeResult {
		switch does {
		case "fail":
			return client.InvokeResult{Err: "interop.error.failed", Args: i.Arguments, Kwargs: i.ArgumentsKw}
		case "progress":
			for n := range 5 {
				if err := p.SendProgress(ctx, wamp.List{n}, nil); err != nil {
					return client.InvokeResult{Err: "interop.error.no_progress", Args: wamp.List{err.Error()}}
				}
			}
			return client.InvokeResult{Args: wamp.List{"end"}}
		default:
			return client.InvokeResult{Args: i.Arguments, Kwargs: i.ArgumentsKw}
		}
	}
}

func open(c command) (map[string]any, error) {
	config := client.Config{
		Realm:         c.Realm,
		Serialization: serializations[c.Serializer],
		Logger:        log.New(io.Discard, "", 0),
	}
	if c.Auth != nil {
		if err := c.Auth.authenticate(&config); err != nil {
			return nil, err
		}
	}
	if c.TLS != nil {
		tlsConfig, err := c.TLS.config()
		if err != nil {
			return nil, err
		}
		config.TlsCfg = tlsConfig
	}
	if c.Cookies {
		config.WsCfg.Jar = jar
	}
	url := strings.Replace(c.URL, "tls://", "tcps://", 1) // as nexus has it
	connected, err := client.ConnectNet(context.Background(), url, config)
	if err != nil {
		return nil, err
	}
	mutex.Lock()
	peers[c.Peer] = &peer{connected, c.Serializer == "json"}
	mutex.Unlock()
	details := connected.RealmDetails()
	return map[string]any{
		"session": connected.ID(), "authid": details["authid"], "authrole": details["authrole"], "authmethod": details["authmethod"],
	}, nil
}

func run(c command) (map[string]any, error) {
	if c.Op == "open" {
		return open(c)
	}
	mutex.Lock()
	p := peers[c.Peer]
	mutex.Unlock()
	args, _ := p.toClient(c.Args).(wamp.List)
	kwargs, _ := p.toClient(c.Kwargs).(wamp.Dict)
	switch c.Op {
	case "register":
		return nil, p.Register(c.URI, p.procedure(c.Does), nil)
	case "unregister":
		return nil, p.Unregister(c.URI)
	case "call":
		progress := []any{}
		var onProgress client.ProgressHandler
		if c.Progress {
			onProgress = func(r *wamp.Result) { progress = append(progress, fromClient(r.Arguments)) }
		}
		result, err := p.Call(context.Background(), c.URI, nil, args, kwargs, onProgress)
		if err != nil {
			return nil, err
		}
		answer := payload(result.Arguments, result.ArgumentsKw)
		answer["progress"] = progress
		return answer, nil
	case "subscribe":
		options := wamp.Dict{}
		if c.Match != "" {
			options["match"] = c.Match
		}
		return nil, p.Subscribe(c.URI, func(e *wamp.Event) {
			event := payload(e.Arguments, e.ArgumentsKw)
			event["peer"], event["uri"] = c.Peer, c.URI
			write(map[string]any{"event": event})
		}, options)
	case "unsubscribe":
		return nil, p.Unsubscribe(c.URI)
	case "publish":
		return nil, p.Publish(c.URI, wamp.Dict{"acknowledge": true}, args, kwargs)
	case "close":
		return nil, p.Close()
	}
	return nil, fmt.Errorf("unknown op %s", c.Op)
}

func answer(c command) {
	result, err := run(c)
	if err == nil {
		if result == nil {
			result = map[string]any{}
		}
		write(map[string]any{"n": c.N, "result": result})
		return
	}
	failure := payload(wamp.List{err.Error()}, nil)
	failure["uri"] = "client"
	var rpc client.RPCError
	if errors.As(err, &rpc) {
		failure = payload(rpc.Err.Arguments, rpc.Err.ArgumentsKw)
		failure["uri"] = rpc.Err.Error
	}
	write(map[string]any{"n": c.N, "error": failure})
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<26)
	for in.Scan() {
		var c command
		if err := json.Unmarshal(in.Bytes(), &c); err != nil {
			log.Fatal(err)
		}
		go answer(c)
	}
}
