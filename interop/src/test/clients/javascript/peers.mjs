// AutobahnJS and wampy under remote control: see ../README.md.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import autobahn from 'autobahn';
import nacl from 'tweetnacl';
import { Wampy } from 'wampy';
import { CborSerializer } from 'wampy/CborSerializer.js';
import { MsgpackSerializer } from 'wampy/MsgpackSerializer.js';
import WebSocket from 'ws';

// AutobahnJS makes a global WebSocket without further options; a browser would add cookies and certificates by itself.
let further = {};
const cookies = new Map(); // of this program's connections, by host
globalThis.WebSocket = class extends WebSocket {
  constructor(url, protocols) {
    const { tls, cookies: kept } = further;
    const host = new URL(url).host;
    super(url, protocols, {
      ...Object.fromEntries(Object.entries(tls ?? {}).map(([name, file]) => [name, readFileSync(file)])),
      headers: kept && cookies.has(host) ? { Cookie: cookies.get(host) } : {},
    });
    this.on('upgrade', ({ headers }) => {
      if (kept && headers['set-cookie']) cookies.set(host, headers['set-cookie'].map(line => line.split(';')[0]).join('; '));
    });
  }
};
const write = line => process.stdout.write(JSON.stringify(line) + '\n');

// Octets on the control line and in the client's own terms.
const isBytes = x => x instanceof Uint8Array || x instanceof ArrayBuffer;
const each = (x, f) => Array.isArray(x) ? x.map(f) : Object.fromEntries(Object.entries(x).map(([k, v]) => [k, f(v)]));
const toClient = json => function convert(x) {
  if (x === null || typeof x !== 'object') return x;
  if (typeof x.$bytes === 'string') return json ? '\0' + x.$bytes : Buffer.from(x.$bytes, 'base64');
  return each(x, convert);
};
const fromClient = x => {
  if (typeof x === 'bigint') return Number(x); // wampy decodes 64-bit integers of MessagePack and CBOR so
  if (typeof x === 'string' && x.startsWith('\0')) return { $bytes: x.slice(1) };
  if (x === undefined) return null;
  if (x === null || typeof x !== 'object') return x;
  if (isBytes(x)) return { $bytes: Buffer.from(x).toString('base64') };
  return each(x, fromClient);
};
const payload = (args, kwargs) => ({ args: fromClient(args ?? []), kwargs: fromClient(kwargs ?? {}) });
const failure = (uri, args, kwargs) => Object.assign(new Error(uri), { failure: { uri, ...payload(args, kwargs) } });

class AutobahnPeer {
  registrations = new Map();
  subscriptions = new Map();

  open({ url, serializer, realm, auth, tls, cookies }) {
    const { JSONSerializer, MsgpackSerializer, CBORSerializer } = autobahn.serializer;
    const Serializer = { json: JSONSerializer, msgpack: MsgpackSerializer, cbor: CBORSerializer }[serializer];
    const proof = auth ? AutobahnPeer.proof(auth) : {};
    this.connection = new autobahn.Connection({ url, realm, serializers: [new Serializer()], max_retries: 0, ...proof });
    return new Promise((resolve, reject) => {
      this.connection.onopen = (session, details) => {
        this.session = session;
        const { authid, authrole, authmethod } = details;
        resolve({ session: session.id, authid, authrole, authmethod });
      };
      this.connection.onclose = (why, details) => {
        reject(failure(details.reason || why));
        return true;
      };
      further = { tls, cookies };
      this.connection.open(); // makes its WebSocket before it returns
      further = {};
    });
  }

  static proof({ method, methods, authid, secret }) {
    const { auth_cra, auth_cryptosign } = autobahn;
    const key = method === 'cryptosign' && nacl.sign.keyPair.fromSeed(Buffer.from(secret, 'hex'));
    return {
      authid,
      authmethods: methods ?? [method],
      authextra: key ? { pubkey: auth_cryptosign.public_key(key), channel_binding: null } : undefined,
      onchallenge(session, asked, extra) {
        if (method === 'ticket') return secret;
        if (method === 'cryptosign') return auth_cryptosign.sign_challenge(key, extra);
        const { salt, iterations, keylen, challenge } = extra;
        return auth_cra.sign(salt ? auth_cra.derive_key(secret, salt, iterations, keylen) : secret, challenge);
      },
    };
  }

  static failed(e) {
    throw e instanceof autobahn.Error ? failure(e.error, e.args, e.kwargs) : e;
  }

  static payload(r) {
    return r instanceof autobahn.Result ? payload(r.args, r.kwargs) : payload(r === null || r === undefined ? [] : [r], {});
  }

  async register(uri, does) {
    const procedure = (args, kwargs, details) => {
      if (does === 'fail') throw new autobahn.Error('interop.error.failed', args, kwargs);
      if (does === 'echo') return new autobahn.Result(args, kwargs);
      for (let i = 0; i < 5; i++) details.progress([i]);
      return 'end';
    };
    this.registrations.set(uri, await this.session.register(uri, procedure).then(x => x, AutobahnPeer.failed));
  }

  unregister(uri) {
    return this.session.unregister(this.registrations.get(uri)).then(() => { }, AutobahnPeer.failed);
  }

  call(uri, args, kwargs, progress) {
    const options = progress ? { receive_progress: true } : {};
    return this.session.call(uri, args, kwargs, options)
      .then(AutobahnPeer.payload, AutobahnPeer.failed, r => progress(AutobahnPeer.payload(r).args));
  }

  async subscribe(uri, match, onEvent) {
    const handler = (args, kwargs) => onEvent(payload(args, kwargs));
    this.subscriptions.set(uri, await this.session.subscribe(uri, handler, { match }).then(x => x, AutobahnPeer.failed));
  }

  unsubscribe(uri) {
    return this.session.unsubscribe(this.subscriptions.get(uri)).then(() => { }, AutobahnPeer.failed);
  }

  publish(uri, args, kwargs) {
    return this.session.publish(uri, args, kwargs, { acknowledge: true }).then(() => { }, AutobahnPeer.failed);
  }

  close() {
    this.connection.close();
  }
}

class WampyPeer {
  async open({ url, serializer, realm }) {
    const options = { realm, ws: WebSocket, autoReconnect: false, uriValidation: 'loose', onError() { } };
    if (serializer === 'msgpack') options.serializer = new MsgpackSerializer();
    if (serializer === 'cbor') options.serializer = new CborSerializer();
    this.client = new Wampy(url, options);
    await this.client.connect().catch(WampyPeer.failed);
    return { session: Number(this.client.getSessionId()) };
  }

  static failed(e) {
    throw e.errorUri || e.error ? failure(e.errorUri || e.error, e.argsList, e.argsDict) : e;
  }

  static payload(r) {
    return payload(r.argsList, r.argsDict);
  }

  // An object without payload would be sent as a payload of its own.
  static toSend(args, kwargs) {
    return args.length || Object.keys(kwargs).length ? { argsList: args, argsDict: kwargs } : undefined;
  }

  register(uri, does) {
    return this.client.register(uri, ({ argsList, argsDict, result_handler }) => {
      if (does === 'fail') throw { error: 'interop.error.failed', argsList, argsDict };
      if (does === 'echo') return WampyPeer.toSend(argsList ?? [], argsDict ?? {});
      for (let i = 0; i < 5; i++) result_handler({ argsList: [i], options: { progress: true } });
      return { argsList: ['end'] };
    }).then(() => { }, WampyPeer.failed);
  }

  unregister(uri) {
    return this.client.unregister(uri).then(() => { }, WampyPeer.failed);
  }

  call(uri, args, kwargs, progress) {
    const options = progress ? { progress_callback: r => progress(WampyPeer.payload(r).args) } : {};
    return this.client.call(uri, WampyPeer.toSend(args, kwargs), options).then(WampyPeer.payload, WampyPeer.failed);
  }

  subscribe(uri, match, onEvent) {
    return this.client.subscribe(uri, e => onEvent(WampyPeer.payload(e)), { match }).then(() => { }, WampyPeer.failed);
  }

  unsubscribe() {
    throw new Error('wampy 8.0.2 fails when it gets UNSUBSCRIBED');
  }

  publish(uri, args, kwargs) {
    return this.client.publish(uri, WampyPeer.toSend(args, kwargs)).then(() => { }, WampyPeer.failed);
  }

  close() {
    return this.client.disconnect();
  }
}

const peers = new Map();

async function run({ op, peer: name, uri, args = [], kwargs = {}, ...more }) {
  if (op === 'open') {
    const peer = more.library === 'wampy' ? new WampyPeer() : new AutobahnPeer();
    peer.convert = toClient(more.serializer === 'json');
    peers.set(name, peer);
    return peer.open(more);
  }
  const peer = peers.get(name);
  switch (op) {
    case 'register': return peer.register(uri, more.does);
    case 'unregister': return peer.unregister(uri);
    case 'subscribe': return peer.subscribe(uri, more.match ?? 'exact', event => write({ event: { peer: name, uri, ...event } }));
    case 'unsubscribe': return peer.unsubscribe(uri);
    case 'publish': return peer.publish(uri, peer.convert(args), peer.convert(kwargs));
    case 'close': return peer.close();
    case 'call': {
      const progress = [];
      const result = await peer.call(uri, peer.convert(args), peer.convert(kwargs), more.progress && (a => progress.push(a)));
      return { ...result, progress };
    }
    default: throw new Error('unknown op ' + op);
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const { n, ...command } = JSON.parse(line);
  run(command).then(
    result => write({ n, result: result ?? {} }),
    e => write({ n, error: e?.failure ?? { uri: 'client', args: [String(e?.stack ?? e)], kwargs: {} } }));
}
process.exit(0);
