/* SPDX-License-Identifier: MIT */
/* echo_server_cpp CHAIN KEY PORT: one client after the other gets back what it sends. */
#include <iostream>
#include <omnitls/omnitls.hpp>

int main(int argc, char **argv)
try {
    if (argc != 4)
        return std::cerr << "usage: echo_server_cpp CHAIN KEY PORT\n", 2;
    omnitls::context context(OTLS_SERVER);
    context.add(omnitls::identity(argv[1], argv[2]));
    auto listener = omnitls::socket::listen(context, "127.0.0.1", argv[3]);
    std::cout << "listening on port " << otls_socket_local_port(listener.get()) << std::endl;
    for (;;) {
        auto client = listener.accept();
        std::string bytes;
        try { /* one client's trouble is not the server's */
            while (client.recv(bytes))
                client.send(bytes);
        } catch (const omnitls::error &failure) {
            std::cerr << failure.what() << "\n";
        }
    }
} catch (const omnitls::error &failure) {
    std::cerr << failure.what() << "\n";
    return 1;
}
