/* SPDX-License-Identifier: MIT */
/* client_cpp HOST PORT [ROOTS]: the README's client in C++, with roots of one's own if they are given. */
#include <iostream>
#include <omnitls/omnitls.hpp>

int main(int argc, char **argv)
try {
    if (argc < 3)
        return std::cerr << "usage: client_cpp HOST PORT [ROOTS]\n", 2;
    omnitls::context context(OTLS_CLIENT);
    if (argc > 3) {
        omnitls::trust roots;
        roots.add_file(argv[3]);
        context.set(roots);
    }
    context.call([&](otls_error *err) {
        return otls_context_set_versions(context.get(), OTLS_TLS1_3, 0, err);
    });
    auto socket = omnitls::socket::connect(argv[1], argv[2], 10000, context.get());
    std::string page;
    socket.send("GET / HTTP/1.0\r\nHost: " + std::string(argv[1]) + "\r\n\r\n");
    while (socket.recv(page))
        std::cout << page;
} catch (const omnitls::error &failure) {
    std::cerr << otls_status_name(failure.status()) << ": " << failure.what() << "\n";
    return 1;
}
