module polywire.io/webwire-original

go 1.21

require (
	github.com/gorilla/websocket v1.2.0
	github.com/qbeon/webwire-go v0.1.0-alpha1
)
