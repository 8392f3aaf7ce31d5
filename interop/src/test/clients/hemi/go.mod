module polywire.io/interop/hemi

go 1.25.0

require (
	github.com/coder/websocket v1.8.12
	github.com/decred/dcrd/dcrec/secp256k1/v4 v4.3.0
	github.com/hemilabs/heminetwork v1.6.3
	github.com/juju/loggo v1.0.0
)

require github.com/davecgh/go-spew v1.1.1 // indirect
