// Command hemi is both ends of Hemi's RPC by the original packages.
//
//	hemi client http://HOST:PORT   calls Polywire's test application
//	hemi bridged ws://HOST:PORT/hemi   calls a procedure of a realm
//	hemi server                    serves an application of its own, and says where
package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"reflect"
	"sync"
	"time"

	"github.com/coder/websocket"
	"github.com/decred/dcrd/dcrec/secp256k1/v4"
	"github.com/hemilabs/heminetwork/api/auth"
	"github.com/hemilabs/heminetwork/api/protocol"
	"github.com/juju/loggo"
)

const (
	// The test application lets everybody in but the second.
	admitted = "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20"
	refused  = "2122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f40"
)

type (
	pingRequest  protocol.PingRequest
	pingResponse protocol.PingResponse
	echoRequest  struct {
		Text string `json:"text"`
	}
	echoResponse struct {
		Text  string          `json:"text"`
		Error *protocol.Error `json:"error,omitempty"`
	}
	failRequest struct {
		Reason string `json:"reason"`
	}
	failResponse struct {
		Error *protocol.Error `json:"error,omitempty"`
	}
	internalRequest struct {
		Detail string `json:"detail"`
	}
	internalResponse struct {
		Error *protocol.Error `json:"error,omitempty"`
	}
	notifyRequest struct {
		Count uint32 `json:"count"`
		Text  string `json:"text"`
	}
	notifyResponse struct {
		Count uint32 `json:"count"`
	}
	notification struct {
		Seq  uint32 `json:"seq"`
		Text string `json:"text"`
	}
	whoamiRequest  struct{}
	whoamiResponse struct {
		PublicKey string `json:"publickey"`
	}
	priceRequest struct {
		Item  string `json:"item"`
		Count int64  `json:"count"`
	}
	priceResponse struct {
		Cents int64           `json:"cents"`
		Error *protocol.Error `json:"error,omitempty"`
	}
	news struct {
		Text string `json:"text"`
	}
)

type api map[protocol.Command]reflect.Type

func (a api) Commands() map[protocol.Command]reflect.Type { return a }

var testAPI = api{
	"polywiretest-ping-request":  reflect.TypeFor[pingRequest](),
	"polywiretest-ping-response": reflect.TypeFor[pingResponse](),
	"test-echo-request":          reflect.TypeFor[echoRequest](),
	"test-echo-response":         reflect.TypeFor[echoResponse](),
	"test-fail-request":          reflect.TypeFor[failRequest](),
	"test-fail-response":         reflect.TypeFor[failResponse](),
	"test-internal-request":      reflect.TypeFor[internalRequest](),
	"test-internal-response":     reflect.TypeFor[internalResponse](),
	"test-notify-request":        reflect.TypeFor[notifyRequest](),
	"test-notify-response":       reflect.TypeFor[notifyResponse](),
	"test-notification":          reflect.TypeFor[notification](),
	"test-whoami-request":        reflect.TypeFor[whoamiRequest](),
	"test-whoami-response":       reflect.TypeFor[whoamiResponse](),
}

var realmAPI = api{
	"polywire-ping-request":      reflect.TypeFor[pingRequest](),
	"polywire-ping-response":     reflect.TypeFor[pingResponse](),
	"com.example.price-request":  reflect.TypeFor[priceRequest](),
	"com.example.price-response": reflect.TypeFor[priceResponse](),
	"hemi.news-notification":     reflect.TypeFor[news](),
}

func privateKey(digits string) *secp256k1.PrivateKey {
	octets, err := hex.DecodeString(digits)
	if err != nil {
		panic(err)
	}
	return secp256k1.PrivKeyFromBytes(octets)
}

func publicHex(key *secp256k1.PublicKey) string { return hex.EncodeToString(key.SerializeCompressed()) }

func say(format string, args ...any) { fmt.Printf(format+"\n", args...) }

func check(err error) {
	if err != nil {
		say("failed: %v", err)
		os.Exit(1)
	}
}

// --- client ---

// connect makes a connection whose unsolicited messages go to a channel: a Conn needs somebody who reads.
func connect(ctx context.Context, url string, a api, key string) (*protocol.Conn, chan any) {
	options := &protocol.ConnOptions{}
	if key != "" {
		authenticator, err := auth.NewSecp256k1AuthClient(privateKey(key))
		check(err)
		options.Authenticator = authenticator
	}
	conn, err := protocol.NewConn(url, options)
	check(err)
	check(conn.Connect(ctx))
	heard := make(chan any, 100)
	go func() {
		for {
			_, _, payload, err := conn.Read(ctx, a)
			if err != nil {
				return
			}
			heard <- payload
		}
	}()
	return conn, heard
}

func call[R any](ctx context.Context, conn *protocol.Conn, a api, request any) *R {
	_, _, payload, err := conn.Call(ctx, a, request)
	check(err)
	response, ok := payload.(*R)
	if !ok {
		check(fmt.Errorf("%T was answered with %T", request, payload))
	}
	return response
}

func client(ctx context.Context, base string) {
	conn, heard := connect(ctx, base+"/hemi", testAPI, "")
	say("echo %s", call[echoResponse](ctx, conn, testAPI, echoRequest{"Grüße <&> \u2028 😀"}).Text)
	say("ping %d", call[pingResponse](ctx, conn, testAPI, pingRequest{Timestamp: 1234}).OriginTimestamp)
	fail := call[failResponse](ctx, conn, testAPI, failRequest{"why"}).Error
	say("fail %s, trace %q", fail.Message, fail.Trace)
	internal := call[internalResponse](ctx, conn, testAPI, internalRequest{"hidden"}).Error
	say("internal %s, trace of %d", internal.Message, len(internal.Trace))
	call[notifyResponse](ctx, conn, testAPI, notifyRequest{3, "n"})
	for range 3 {
		n, _ := (<-heard).(*notification)
		say("notification %d %s", n.Seq, n.Text)
	}
	var all sync.WaitGroup
	for i := range 100 {
		all.Go(func() {
			text := fmt.Sprint("text ", i)
			if got := call[echoResponse](ctx, conn, testAPI, echoRequest{text}).Text; got != text {
				check(fmt.Errorf("%s was answered with %s", text, got))
			}
		})
	}
	all.Wait()
	say("100 at once")
	check(conn.Close())

	known, _ := connect(ctx, base+"/hemi-auth", testAPI, admitted)
	who := call[whoamiResponse](ctx, known, testAPI, whoamiRequest{}).PublicKey
	say("logged in %t", who == publicHex(privateKey(admitted).PubKey()))
	check(known.Close())

	authenticator, err := auth.NewSecp256k1AuthClient(privateKey(refused))
	check(err)
	stranger, err := protocol.NewConn(base+"/hemi-auth", &protocol.ConnOptions{Authenticator: authenticator})
	check(err)
	say("refused %t", errors.Is(stranger.Connect(ctx), protocol.ErrPublicKeyAuth))
}

func bridged(ctx context.Context, url string) {
	conn, heard := connect(ctx, url, realmAPI, "")
	say("cents %d", call[priceResponse](ctx, conn, realmAPI, priceRequest{"apple", 3}).Cents)
	say("error %s", call[priceResponse](ctx, conn, realmAPI, priceRequest{"pear", 1}).Error.Message)
	n, _ := (<-heard).(*news)
	say("news %s", n.Text)
	check(conn.Close())
}

// --- server ---

func serve(login bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		socket, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		conn := protocol.NewWSConn(socket)
		defer conn.Close()
		key := ""
		if login {
			within, cancel := context.WithTimeout(r.Context(), protocol.WSHandshakeTimeout)
			defer cancel()
			authenticator, _ := auth.NewSecp256k1AuthServer()
			if authenticator.HandshakeServer(within, conn) != nil {
				return
			}
			key = publicHex(authenticator.RemotePublicKey())
			if key == publicHex(privateKey(refused).PubKey()) {
				conn.CloseStatus(protocol.ErrPublicKeyAuth.Code, protocol.ErrPublicKeyAuth.Reason)
				return
			}
		}
		converse(r.Context(), conn, key)
	}
}

func converse(ctx context.Context, conn *protocol.WSConn, key string) {
	write := func(id string, payload any) { _ = protocol.Write(ctx, conn, testAPI, id, payload) }
	write("0", pingRequest{Timestamp: time.Now().Unix()})
	for {
		_, id, payload, err := protocol.Read(ctx, conn, testAPI)
		if err != nil {
			return
		}
		switch q := payload.(type) {
		case *pingRequest:
			write(id, pingResponse{OriginTimestamp: q.Timestamp, Timestamp: time.Now().Unix()})
		case *echoRequest:
			go write(id, echoResponse{Text: q.Text})
		case *failRequest:
			write(id, failResponse{protocol.RequestErrorf("request failed: %v", q.Reason)})
		case *internalRequest:
			write(id, internalResponse{protocol.NewInternalErrorf("secret: %v", q.Detail).ProtocolError()})
		case *notifyRequest:
			for i := range q.Count {
				write("", notification{i + 1, q.Text})
			}
			write(id, notifyResponse{q.Count})
		case *whoamiRequest:
			write(id, whoamiResponse{key})
		default:
			return
		}
	}
}

func server() {
	mux := http.NewServeMux()
	mux.HandleFunc("/hemi", serve(false))
	mux.HandleFunc("/hemi-auth", serve(true))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	say("listening on %s", listener.Addr())
	check(http.Serve(listener, mux))
}

func main() {
	loggo.ConfigureLoggers("<root>=CRITICAL;protocol=CRITICAL;auth=CRITICAL")
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	switch {
	case len(os.Args) == 3 && os.Args[1] == "client":
		client(ctx, os.Args[2])
	case len(os.Args) == 3 && os.Args[1] == "bridged":
		bridged(ctx, os.Args[2])
	case len(os.Args) == 2 && os.Args[1] == "server":
		server()
	default:
		say("usage: hemi client URL | bridged URL | server")
		os.Exit(2)
	}
}
