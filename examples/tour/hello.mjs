// hello.mjs
import autobahn from 'autobahn';
import WebSocket from 'ws';
globalThis.WebSocket ??= WebSocket; // browsers have it, and Node from version 22 on

const connection = new autobahn.Connection({ url: 'ws://127.0.0.1:8080/ws', realm: 'realm1' });
connection.onopen = async session => {
  await session.register('com.example.add', ([a, b]) => a + b);
  await session.subscribe('com.example.news', ([text]) => console.log('news:', text));
  console.log('add is ready');
};
connection.open();
