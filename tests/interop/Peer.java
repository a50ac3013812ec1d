// SPDX-License-Identifier: MIT
// Java's TLS (JSSE) as the other side, with a client certificate and ALPN; both verify.
//
//   java Peer.java server CERT KEY CA          prints its port, answers requests until it is ended
//   java Peer.java client CERT KEY CA          reads "PORT VERSION" lines; for each one, two
//                                              connections, the second resumed if it can be
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

public class Peer {
    static final int PATIENCE_MS = 20000;

    static Certificate[] certificates(String path) throws Exception {
        byte[] text = Files.readAllBytes(Path.of(path));
        return CertificateFactory.getInstance("X.509")
            .generateCertificates(new ByteArrayInputStream(text)).toArray(new Certificate[0]);
    }

    static PrivateKey key(String path) throws Exception {
        String text = Files.readString(Path.of(path)).replaceAll("-----[A-Z ]*-----", "");
        byte[] bytes = Base64.getMimeDecoder().decode(text);
        return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(bytes));
    }

    static SSLContext context(String cert, String key, String ca) throws Exception {
        KeyStore own = KeyStore.getInstance("PKCS12");
        own.load(null, null);
        own.setKeyEntry("own", key(key), new char[0], certificates(cert));
        KeyManagerFactory keys =
            KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own, new char[0]);
        KeyStore roots = KeyStore.getInstance("PKCS12");
        roots.load(null, null);
        roots.setCertificateEntry("root", certificates(ca)[0]);
        TrustManagerFactory trust =
            TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(roots);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    static void serveOne(SSLSocket peer) throws IOException {
        peer.setSoTimeout(PATIENCE_MS);
        BufferedReader in = new BufferedReader(
            new InputStreamReader(peer.getInputStream(), StandardCharsets.ISO_8859_1));
        for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
        }
        String who = peer.getSession().getPeerPrincipal().getName();
        String page = "HTTP/1.0 200 OK\r\n\r\nsaw " + peer.getSession().getProtocol() + " "
            + peer.getApplicationProtocol() + " " + who + "\n";
        peer.getOutputStream().write(page.getBytes(StandardCharsets.ISO_8859_1));
        peer.close();
    }

    static void server(SSLContext context) throws Exception {
        SSLServerSocket listener = (SSLServerSocket) context.getServerSocketFactory()
            .createServerSocket(0, 16, InetAddress.getByName("127.0.0.1"));
        SSLParameters parameters = listener.getSSLParameters();
        parameters.setNeedClientAuth(true);
        parameters.setApplicationProtocols(new String[] {"http/1.1"});
        parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
        listener.setSSLParameters(parameters);
        System.out.println("listening on port " + listener.getLocalPort());
        for (;;) {
            try (SSLSocket peer = (SSLSocket) listener.accept()) {
                serveOne(peer);
            } catch (IOException reason) {
                System.err.println("client: " + reason);
            }
        }
    }

    static void visit(SSLContext context, int port, String version) throws IOException {
        Socket plain = new Socket("127.0.0.1", port);
        plain.setSoTimeout(PATIENCE_MS);
        try (SSLSocket peer = (SSLSocket) context.getSocketFactory()
                 .createSocket(plain, "localhost", port, true)) {
            SSLParameters parameters = peer.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            // by itself it sends no name without a dot
            parameters.setServerNames(List.of(new SNIHostName("localhost")));
            parameters.setApplicationProtocols(new String[] {"http/1.1"});
            parameters.setProtocols(new String[] {"TLSv" + version});
            peer.setSSLParameters(parameters);
            peer.startHandshake();
            peer.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes());
            InputStream in = peer.getInputStream();
            System.out.write(in.readAllBytes());
        }
    }

    static void client(SSLContext context) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split(" ");
            try {
                visit(context, Integer.parseInt(words[0]), words[1]);
                visit(context, Integer.parseInt(words[0]), words[1]);
                System.out.println("visited");
            } catch (IOException reason) {
                System.out.println("failed: " + reason.getMessage());
            }
            System.out.flush();
        }
    }

    public static void main(String[] words) throws Exception {
        SSLContext context = context(words[1], words[2], words[3]);
        if (words[0].equals("server"))
            server(context);
        else
            client(context);
    }
}
