/* SPDX-License-Identifier: MIT */
/**
 * @file omnitls.hpp
 * omnitls for C++11: objects that give themselves back, errors as exceptions, bytes as strings. Only
 * what every program needs; for the rest, hand get() to the C function and check() what it answers.
 * Ownership and threads are those of the C objects. Nothing of it is in the library.
 */
#ifndef OMNITLS_OMNITLS_HPP
#define OMNITLS_OMNITLS_HPP

#include <cstdint>
#include <memory>
#include <omnitls/omnitls.h>
#include <stdexcept>
#include <string>

namespace omnitls {

/** A failure: what() is the sentence for a person, report the whole of it. */
class error : public std::runtime_error {
public:
    explicit error(const otls_error &from) : std::runtime_error(from.text), report(from) {}
    otls_status status() const { return static_cast<otls_status>(report.status); }
    const otls_error report;
};

/** Passed where C takes an otls_error *; check() throws what came of it. */
class report {
public:
    operator otls_error *() { return &value; }
    /** What is no failure (OTLS_OK, OTLS_CLOSED, OTLS_WANT_...) comes back; what is one is thrown. */
    otls_status check(otls_status status) const
    {
        if (status < OTLS_OK)
            throw error(value);
        return status;
    }

private:
    otls_error value = OTLS_ERROR_INIT;
};

/** One reference to a C object; moved, not copied. */
template <class T, class Free> class handle {
public:
    explicit handle(T *raw = nullptr) : object(raw) {}
    T *get() const { return object.get(); }

protected:
    struct closer {
        void operator()(T *raw) const { Free()(raw); }
    };
    std::unique_ptr<T, closer> object;
};

#define OMNITLS_FREE(name, type, function)                                                         \
    struct name {                                                                                  \
        void operator()(type *object) const { function(object); }                                  \
    }
OMNITLS_FREE(free_trust, otls_trust, otls_trust_free);
OMNITLS_FREE(free_identity, otls_identity, otls_identity_free);
OMNITLS_FREE(free_context, otls_context, otls_context_free);
OMNITLS_FREE(free_socket, otls_socket, otls_socket_close);
#undef OMNITLS_FREE

/** Whom to believe. */
class trust : public handle<otls_trust, free_trust> {
public:
    trust()
    {
        otls_trust *out = nullptr;
        report r;
        r.check(otls_trust_new(&out, r));
        object.reset(out);
    }
    void add_system() { report r; r.check(otls_trust_add_system(get(), r)); }
    void add_file(const std::string &path) { report r; r.check(otls_trust_add_file(get(), path.c_str(), r)); }
};

/** What to present: a chain and its key. */
class identity : public handle<otls_identity, free_identity> {
public:
    identity(const std::string &chain, const std::string &key, const otls_backend *engine = nullptr)
    {
        report r;
        otls_identity *out = nullptr;
        r.check(otls_identity_from_files(&out, engine, chain.c_str(), key.c_str(), nullptr, nullptr, r));
        object.reset(out);
    }
};

/** Engine, role and policy. */
class context : public handle<otls_context, free_context> {
public:
    explicit context(otls_role role, const otls_backend *engine = nullptr)
    {
        report r;
        otls_context *out = nullptr;
        r.check(otls_context_new(&out, engine, role, r));
        object.reset(out);
    }
    context &set(const trust &whom) { return call([&](otls_error *e) { return otls_context_set_trust(get(), whom.get(), e); }); }
    context &add(const identity &what) { return call([&](otls_error *e) { return otls_context_add_identity(get(), what.get(), e); }); }
    /** Any other setter: call([&](otls_error *err) { return otls_context_set_groups(c.get(), "X25519", err); }) */
    template <class F> context &call(F setter)
    {
        report r;
        return r.check(setter(r)), *this;
    }
};

/** A connected or listening socket. */
class socket : public handle<otls_socket, free_socket> {
public:
    static socket connect(const std::string &host, const std::string &port, int timeout_ms = 10000,
                          otls_context *with = nullptr)
    {
        return make([&](otls_socket **out, otls_error *e) { return otls_connect(out, with, host.c_str(), port.c_str(), timeout_ms, e); });
    }
    static socket listen(const context &with, const char *host, const std::string &port)
    {
        return make([&](otls_socket **out, otls_error *e) { return otls_listen(out, with.get(), host, port.c_str(), 64, e); });
    }
    socket accept() { return make([&](otls_socket **out, otls_error *e) { return otls_socket_accept(out, get(), e); }); }
    void send(const std::string &bytes) { report r; r.check(otls_socket_send_all(get(), bytes.data(), bytes.size(), r)); }
    /** What is there, up to `capacity`; false at the peer's orderly end. A bare end of file throws. */
    bool recv(std::string &out, std::size_t capacity = 16384)
    {
        report r;
        std::size_t count = 0;
        out.resize(capacity);
        const otls_status status = r.check(otls_socket_recv(get(), &out[0], capacity, &count, r));
        out.resize(count);
        return status == OTLS_OK;
    }
    otls_connection *connection() const { return otls_socket_connection(get()); }

private:
    explicit socket(otls_socket *raw) : handle(raw) {}
    template <class F> static socket make(F open)
    {
        report r;
        otls_socket *out = nullptr;
        r.check(open(&out, r));
        return socket(out);
    }
};

} // namespace omnitls
#endif
