// SPDX-License-Identifier: MIT
// Node's TLS as the other side: peer.js server CERT KEY CA | peer.js client CERT KEY CA PORT MIN
'use strict';
const fs = require('fs');
const tls = require('tls');

const [kind, cert, key, ca, port, version] = process.argv.slice(2);
const options = {cert: fs.readFileSync(cert), key: fs.readFileSync(key), ca: fs.readFileSync(ca),
                 ALPNProtocols: ['http/1.1'], requestCert: true, rejectUnauthorized: true};

function server() {
    const listener = tls.createServer(options, (peer) => {
        let request = '';
        peer.on('error', (reason) => console.error('client: ' + reason.message));
        peer.on('data', (data) => {
            request += data;
            if (request.includes('\r\n\r\n'))
                peer.end('HTTP/1.0 200 OK\r\n\r\nhello, ' + peer.getPeerCertificate().subject.CN + '\n');
        });
    });
    listener.on('tlsClientError', (reason) => console.error('client: ' + reason.message));
    listener.listen(0, '127.0.0.1',
                    () => console.log('listening on port ' + listener.address().port));
}

function client(number, session) {
    let page = '', ticket = session;
    const peer = tls.connect({...options, host: '127.0.0.1', port: Number(port),
                              servername: 'localhost', minVersion: 'TLSv' + version,
                              maxVersion: 'TLSv' + version, session}, () => {
        console.log(`${number}: ${peer.getProtocol()} ${peer.alpnProtocol} ` +
                    `reused=${peer.isSessionReused() ? 'True' : 'False'}`);
        peer.write('GET / HTTP/1.0\r\n\r\n');
    });
    peer.on('session', (fresh) => { ticket = fresh; });
    peer.on('data', (data) => { page += data; });
    peer.on('error', (reason) => { console.error(reason.message); process.exit(1); });
    peer.on('end', () => {
        if (number === 0)
            client(1, ticket);
        else
            console.log(page);
    });
}

if (kind === 'server')
    server();
else
    client(0, undefined);
