// The application of examples/java/WebwireTestApp.java on the original library, so that clients can be tried with both.
// Prints "listening on HOST:PORT" and runs until its standard input ends.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	wwr "github.com/qbeon/webwire-go"
)

// Everything the application knows, guarded by one lock. The library calls hooks of one client one after another.
var (
	lock     sync.Mutex
	clients  = map[*wwr.Client][]string{} // who is connected, and the hooks that were called for it
	sessions = map[string]*wwr.Session{}
)

func note(client *wwr.Client, hook string) {
	lock.Lock()
	defer lock.Unlock()
	clients[client] = append(clients[client], hook)
}

func fail(code, message string) (wwr.Payload, *wwr.Error) {
	return wwr.Payload{}, &wwr.Error{Code: code, Message: message}
}

func text(s string) (wwr.Payload, *wwr.Error) {
	return wwr.Payload{Encoding: wwr.EncodingUtf8, Data: []byte(s)}, nil
}

// Empty without a session.
func user(client *wwr.Client) string {
	if client.Session == nil {
		return ""
	}
	info, _ := client.Session.Info.(map[string]interface{})
	name, _ := info["username"].(string)
	return name
}

func answer(ctx context.Context) (wwr.Payload, *wwr.Error) {
	message := ctx.Value(wwr.Msg).(wwr.Message)
	client, payload := message.Client, message.Payload
	if message.Name == "" || strings.HasPrefix(message.Name, "echo") {
		return payload, nil
	}
	switch message.Name {
	case "login":
		// Asked here: the library never unlocks the client again after it has refused a second session itself.
		if client.Session != nil {
			return fail("ALREADY_LOGGED_IN", "this connection already has a session")
		}
		err := client.CreateSession(map[string]interface{}{"username": string(payload.Data)})
		if err != nil {
			return fail("INTERNAL_ERROR", err.Error())
		}
		return text(client.Session.Key)
	case "logout":
		if err := client.CloseSession(); err != nil {
			return fail("INTERNAL_ERROR", err.Error())
		}
		return wwr.Payload{}, nil
	case "whoami":
		if client.Session == nil {
			return fail("NO_SESSION", "")
		}
		return text(user(client))
	case "fail":
		return fail("SAMPLE_ERROR", "sample error message")
	case "slow":
		millis, err := strconv.Atoi(string(payload.Data))
		if err != nil || millis < 0 {
			return fail("BAD_REQUEST", "payload must be a decimal number of milliseconds")
		}
		time.Sleep(time.Duration(millis) * time.Millisecond)
		return payload, nil
	case "broadcast":
		if client.Session == nil {
			return fail("NO_SESSION", "")
		}
		return text(strconv.Itoa(broadcast(user(client), payload)))
	case "hooks":
		lock.Lock()
		defer lock.Unlock()
		return text(strings.Join(clients[client], ","))
	}
	return fail("UNKNOWN_REQUEST", "unknown request")
}

func broadcast(name string, payload wwr.Payload) (reached int) {
	lock.Lock()
	defer lock.Unlock()
	for client := range clients {
		if client.Session != nil && user(client) == name && client.Signal("", payload) == nil {
			reached++
		}
	}
	return
}

func main() {
	_, _, address, run, err := wwr.SetupServer(wwr.Options{
		Addr:     "127.0.0.1:0",
		WarnLog:  io.Discard,
		ErrorLog: io.Discard,
		Hooks: wwr.Hooks{
			OnClientConnected: func(client *wwr.Client) { note(client, "OnClientConnected") },
			OnClientDisconnected: func(client *wwr.Client) {
				lock.Lock()
				defer lock.Unlock()
				delete(clients, client)
			},
			OnRequest: answer,
			OnSignal: func(ctx context.Context) {
				message := ctx.Value(wwr.Msg).(wwr.Message)
				if message.Name == "" || strings.HasPrefix(message.Name, "notify") {
					message.Client.Signal(message.Name, message.Payload)
				}
			},
			OnSessionCreated: func(client *wwr.Client) error {
				note(client, "OnSessionCreated")
				lock.Lock()
				defer lock.Unlock()
				sessions[client.Session.Key] = client.Session
				return nil
			},
			OnSessionLookup: func(key string) (*wwr.Session, error) {
				if key == "lookup-error" {
					return nil, errors.New("the lookup fails for this key")
				}
				lock.Lock()
				defer lock.Unlock()
				return sessions[key], nil
			},
			OnSessionClosed: func(client *wwr.Client) error {
				note(client, "OnSessionClosed")
				lock.Lock()
				defer lock.Unlock()
				delete(sessions, client.Session.Key)
				return nil
			},
		},
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("listening on", address)
	go func() {
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	fmt.Fprintln(os.Stderr, run())
	os.Exit(1)
}
