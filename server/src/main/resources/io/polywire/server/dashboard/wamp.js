// A WAMP v2 client for the dashboard: JSON over WebSocket; caller and subscriber, with tickets, WAMP-CRA and SCRAM (PBKDF2).

const text = new TextEncoder();

const bytesOf = base64 => Uint8Array.from(atob(base64), c => c.charCodeAt(0));
const base64Of = bytes => btoa(String.fromCharCode(...new Uint8Array(bytes)));

/** An ERROR or ABORT; `uri` says which. */
export class WampError extends Error {
  constructor(uri, args, kwargs, details) {
    const first = args?.[0] ?? details?.message;
    super(first === undefined ? uri : `${uri}: ${typeof first === 'string' ? first : JSON.stringify(first)}`);
    this.uri = uri;
    this.args = args ?? [];
    this.kwargs = kwargs ?? {};
  }
}

async function hmac(key, data) {
  const imported = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return new Uint8Array(await crypto.subtle.sign('HMAC', imported, data));
}

async function pbkdf2(secret, salt, iterations, length) {
  const imported = await crypto.subtle.importKey('raw', text.encode(secret), 'PBKDF2', false, ['deriveBits']);
  return new Uint8Array(await crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt, iterations }, imported, length * 8));
}

/** The server stores the password in a way that browsers do not know. */
class UnknownKdf extends Error {}

/** The answers to CHALLENGE, by method (WAMP advanced profile, section "Authentication"). */
function authentication(authid, password) {
  const nonce = base64Of(crypto.getRandomValues(new Uint8Array(16)));
  return {
    methods: password ? ['wamp-scram', 'scram', 'wampcra', 'ticket'] : ['anonymous'],
    extra: password ? { nonce, channel_binding: null } : undefined,
    async answer(method, extra) {
      if (method === 'ticket') return [password, {}];
      if (!crypto.subtle) throw new Error('browsers prove who they are on encrypted connections only: use https');
      if (method === 'wampcra') {
        const key = extra.salt === undefined ? password
          : base64Of(await pbkdf2(password, text.encode(extra.salt), extra.iterations ?? 1000, extra.keylen ?? 32));
        return [base64Of(await hmac(text.encode(key), text.encode(extra.challenge))), {}];
      }
      if (method === 'scram' || method === 'wamp-scram') {
        if (extra.kdf !== 'pbkdf2') throw new UnknownKdf(`browsers cannot compute ${extra.kdf}`);
        const salted = await pbkdf2(password.normalize('NFKC'), bytesOf(extra.salt), extra.iterations, 32);
        const client = await hmac(salted, text.encode('Client Key'));
        const stored = new Uint8Array(await crypto.subtle.digest('SHA-256', client));
        const name = authid.replaceAll('=', '=3D').replaceAll(',', '=2C');
        const message = `n=${name},r=${nonce},r=${extra.nonce},s=${extra.salt},i=${extra.iterations},c=${btoa('n,,')},r=${extra.nonce}`;
        const signature = await hmac(stored, text.encode(message));
        return [base64Of(client.map((b, i) => b ^ signature[i])), { nonce: extra.nonce, channel_binding: null, cbind_data: null }];
      }
      throw new Error(`unknown authentication method ${method}`);
    },
  };
}

/** One session. Use Session.join; `closed` is a promise of why it ended. */
export class Session {
  #socket;
  #next = 1;
  #requests = new Map();
  #handlers = new Map();
  #leave;

  /** @param credentials `{ realm, authid, password }`; without password: anonymous */
  static async join(url, credentials) {
    const open = given => new Promise((resolve, reject) => new Session(url, given, resolve, reject));
    try {
      return await open(credentials);
    } catch (e) {
      // The page and so the password are this server's anyway, and the connection is encrypted or does not leave the machine.
      if (e instanceof UnknownKdf) return open({ ...credentials, methods: ['ticket'] });
      throw e;
    }
  }

  constructor(url, { realm, authid, password, methods }, resolve, reject) {
    this.realm = realm;
    this.closed = new Promise(leave => { this.#leave = leave; });
    const proof = authentication(authid, password);
    const socket = new WebSocket(url, 'wamp.2.json');
    this.#socket = socket;
    let reason = new WampError('wamp.error.network_failure', ['no connection to the server']);
    socket.onopen = () => this.#send([1, realm, {
      roles: {
        caller: { features: { progressive_call_results: true, call_canceling: true, call_timeout: true } },
        subscriber: { features: { pattern_based_subscription: true, publisher_identification: true } },
        publisher: { features: { publisher_identification: true } },
      },
      agent: 'polywire dashboard',
      authmethods: methods ?? proof.methods,
      ...(authid ? { authid } : {}),
      ...(proof.extra ? { authextra: proof.extra } : {}),
    }]);
    socket.onmessage = async ({ data }) => {
      const [code, ...message] = JSON.parse(data);
      switch (code) {
        case 2: [this.id, this.details] = message; resolve(this); break;
        case 3: reason = new WampError(message[1], message[2], message[3], message[0]); reject(reason); socket.close(); break;
        case 4:
          try {
            this.#send([5, ...await proof.answer(message[0], message[1])]);
          } catch (e) {
            reason = e;
            this.#send([3, { message: e.message }, 'wamp.error.authentication_failed']);
            socket.close();
          }
          break;
        case 6: reason = new WampError(message[1], undefined, undefined, message[0]); this.#send([6, {}, 'wamp.close.goodbye_and_out']); break;
        case 8: this.#settle(message[1], pending => pending.reject(new WampError(message[3], message[4], message[5], message[2]))); break;
        case 17: case 33: this.#settle(message[0], pending => pending.resolve(message[1])); break;
        case 35: this.#settle(message[0], pending => pending.resolve()); break;
        case 36: this.#handlers.get(message[0])?.forEach(handler => handler(message[3] ?? [], message[4] ?? {}, { publication: message[1], ...message[2] })); break;
        case 50: this.#result(message); break;
      }
    };
    socket.onclose = () => {
      reject(reason);
      for (const pending of this.#requests.values()) pending.reject(reason);
      this.#requests.clear();
      this.#leave(reason);
    };
  }

  #send(message) {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #request(build, progress) {
    return new Promise((resolve, reject) => {
      if (this.#socket.readyState !== WebSocket.OPEN) {
        reject(new WampError('wamp.error.network_failure', ['the connection is lost']));
        return;
      }
      const id = this.#next++;
      this.#requests.set(id, { resolve, reject, progress });
      this.#send(build(id));
    });
  }

  #settle(id, action) {
    const pending = this.#requests.get(id);
    this.#requests.delete(id);
    if (pending) action(pending);
  }

  #result([id, details, args = [], kwargs = {}]) {
    if (details.progress) this.#requests.get(id)?.progress?.({ args, kwargs });
    else this.#settle(id, pending => pending.resolve({ args, kwargs }));
  }

  /** Resolves to `{ args, kwargs }`. */
  call(procedure, args = [], kwargs = {}, { progress, timeout } = {}) {
    const options = { ...(progress ? { receive_progress: true } : {}), ...(timeout ? { timeout } : {}) };
    return this.#request(id => [48, id, options, procedure, args, kwargs], progress);
  }

  /** Resolves to the publication id. */
  publish(topic, args = [], kwargs = {}, options = {}) {
    return this.#request(id => [16, id, { acknowledge: true, ...options }, topic, args, kwargs]);
  }

  /** Resolves to a function that ends the subscription; the handler gets `(args, kwargs, details)`. */
  async subscribe(topic, handler, options = {}) {
    const id = await this.#request(request => [32, request, options, topic]);
    const handlers = this.#handlers.get(id) ?? new Set();
    this.#handlers.set(id, handlers.add(handler));
    return async () => {
      handlers.delete(handler);
      if (handlers.size === 0 && this.#handlers.get(id) === handlers) {
        this.#handlers.delete(id);
        await this.#request(request => [34, request, id]);
      }
    };
  }

  leave() {
    this.#send([6, {}, 'wamp.close.close_realm']);
    this.#socket.close(1000);
  }
}
