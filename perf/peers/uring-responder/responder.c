// The least that can answer HTTP over io_uring: no parser, no router, no timer, one processor. It counts the blank lines
// that end requests and sends as many copies of one answer, so it is a floor for what a server can cost and no server.
//
//     cc -O2 -o uring-responder responder.c -luring
//
// It prints "listening on http://127.0.0.1:PORT" and ends on SIGTERM.

#include <arpa/inet.h>
#include <errno.h>
#include <liburing.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ring_entries = 4096, buffer_count = 2048, buffer_size = 4096, group = 1, descriptors = 65536, answers_in_one = 64 };
enum operation { accepting, receiving, sending };

static const char answer[] =
    "HTTP/1.1 200 OK\r\nServer: c\r\nDate: Sun, 01 Jan 2023 00:00:00 GMT\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\nHello, World!";

static char answers[answers_in_one * (sizeof answer - 1)];
static char buffers[buffer_count][buffer_size];

// How much of "\r\n\r\n" has been seen, for a request may end in the next buffer; whether a send is in flight, and whether
// nothing more will be received: the descriptor is closed when both are over.
static struct { uint8_t matched; uint8_t is_sending; uint8_t is_over; uint32_t owed; uint32_t rest; } connections[descriptors];

static struct io_uring ring;
static struct io_uring_buf_ring *ring_of_buffers;

static void fail(const char *what, int error) {
    fprintf(stderr, "uring-responder: %s: %s\n", what, strerror(error));
    exit(1);
}

static struct io_uring_sqe *next_entry(void) {
    struct io_uring_sqe *entry = io_uring_get_sqe(&ring);
    while (entry == NULL) {
        io_uring_submit(&ring);
        entry = io_uring_get_sqe(&ring);
    }
    return entry;
}

static void mark(struct io_uring_sqe *entry, enum operation operation, int descriptor) {
    io_uring_sqe_set_data64(entry, (uint64_t)operation << 32 | (uint32_t)descriptor);
}

static void accept_all(int listener) {
    struct io_uring_sqe *entry = next_entry();
    io_uring_prep_multishot_accept(entry, listener, NULL, NULL, 0);
    mark(entry, accepting, listener);
}

static void receive(int descriptor) {
    struct io_uring_sqe *entry = next_entry();
    io_uring_prep_recv_multishot(entry, descriptor, NULL, 0, 0);
    entry->flags |= IOSQE_BUFFER_SELECT;
    entry->buf_group = group;
    mark(entry, receiving, descriptor);
}

// One send at a time, so that a short one can be continued in order.
static void send_owed(int descriptor) {
    if (connections[descriptor].rest == 0) {
        uint32_t count = connections[descriptor].owed < answers_in_one ? connections[descriptor].owed : answers_in_one;
        connections[descriptor].owed -= count;
        connections[descriptor].rest = count * (sizeof answer - 1);
    }
    if (connections[descriptor].rest == 0) return;
    connections[descriptor].is_sending = 1;
    struct io_uring_sqe *entry = next_entry();
    // Every answer is the same, so the last bytes of the copies are what is left of any number of them.
    io_uring_prep_send(entry, descriptor, answers + sizeof answers - connections[descriptor].rest, connections[descriptor].rest, MSG_NOSIGNAL);
    mark(entry, sending, descriptor);
}

static void count_requests(int descriptor, const char *bytes, int length) {
    uint8_t matched = connections[descriptor].matched;
    for (int i = 0; i < length; i++) {
        if (bytes[i] == "\r\n\r\n"[matched]) matched++;
        else matched = bytes[i] == '\r';
        if (matched == 4) {
            connections[descriptor].owed++;
            matched = 0;
        }
    }
    connections[descriptor].matched = matched;
}

static void give_back(int buffer) {
    io_uring_buf_ring_add(ring_of_buffers, buffers[buffer], buffer_size, buffer, io_uring_buf_ring_mask(buffer_count), 0);
    io_uring_buf_ring_advance(ring_of_buffers, 1);
}

static void received(int descriptor, const struct io_uring_cqe *completion) {
    if (completion->flags & IORING_CQE_F_BUFFER) {
        int buffer = completion->flags >> IORING_CQE_BUFFER_SHIFT;
        count_requests(descriptor, buffers[buffer], completion->res);
        give_back(buffer);
        if (!connections[descriptor].is_sending) send_owed(descriptor);
    }
    if (completion->flags & IORING_CQE_F_MORE) return;
    if (completion->res > 0 || completion->res == -ENOBUFS) receive(descriptor);
    else {
        connections[descriptor].is_over = 1;
        if (!connections[descriptor].is_sending) close(descriptor);
    }
}

static void sent(int descriptor, int result) {
    connections[descriptor].is_sending = 0;
    if (result > 0) {
        connections[descriptor].rest -= result;
        send_owed(descriptor);
    } else {
        connections[descriptor].owed = connections[descriptor].rest = 0;
        shutdown(descriptor, SHUT_RDWR);
    }
    if (connections[descriptor].is_over && !connections[descriptor].is_sending) close(descriptor);
}

static int listen_on_loopback(struct sockaddr_in *address) {
    socklen_t length = sizeof *address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    *address = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    // Inherited by what is accepted.
    setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
    if (listener < 0 || bind(listener, (struct sockaddr *)address, length) || listen(listener, 4096) || getsockname(listener, (struct sockaddr *)address, &length))
        fail("listen", errno);
    return listener;
}

int main(void) {
    for (int i = 0; i < answers_in_one; i++) memcpy(answers + i * (sizeof answer - 1), answer, sizeof answer - 1);
    struct io_uring_params parameters = { .flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_CQSIZE, .cq_entries = 4 * ring_entries };
    int error = io_uring_queue_init_params(ring_entries, &ring, &parameters);
    if (error < 0) fail("io_uring_setup", -error);
    // Not io_uring_setup_buf_ring, which came after the library that Debian 12 has.
    if (posix_memalign((void **)&ring_of_buffers, 4096, buffer_count * sizeof(struct io_uring_buf))) fail("memory", ENOMEM);
    io_uring_buf_ring_init(ring_of_buffers);
    struct io_uring_buf_reg registration = { .ring_addr = (uintptr_t)ring_of_buffers, .ring_entries = buffer_count, .bgid = group };
    error = io_uring_register_buf_ring(&ring, &registration, 0);
    if (error < 0) fail("buffers", -error);
    for (int i = 0; i < buffer_count; i++) give_back(i);

    struct sockaddr_in address;
    int listener = listen_on_loopback(&address);
    accept_all(listener);
    printf("listening on http://127.0.0.1:%d\n", ntohs(address.sin_port));
    fflush(stdout);

    for (;;) {
        error = io_uring_submit_and_wait(&ring, 1);
        if (error < 0 && error != -EINTR) fail("io_uring_enter", -error);
        unsigned head, seen = 0;
        struct io_uring_cqe *completion;
        io_uring_for_each_cqe(&ring, head, completion) {
            uint64_t data = io_uring_cqe_get_data64(completion);
            int descriptor = (int)(uint32_t)data;
            seen++;
            switch (data >> 32) {
                case accepting:
                    if (completion->res >= descriptors) close(completion->res);
                    else if (completion->res >= 0) {
                        memset(&connections[completion->res], 0, sizeof connections[0]);
                        receive(completion->res);
                    }
                    if (!(completion->flags & IORING_CQE_F_MORE)) accept_all(descriptor);
                    break;
                case receiving: received(descriptor, completion); break;
                case sending: sent(descriptor, completion->res); break;
            }
        }
        io_uring_cq_advance(&ring, seen);
    }
}
