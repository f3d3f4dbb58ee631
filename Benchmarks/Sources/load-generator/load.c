#include "load.h"

#include "answer.h"
#include "failure.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    ANSWER_ROOM = 65536,
    EVENTS_AT_ONCE = 256,
    /// Milliseconds without any answer after which the server counts as dead.
    PATIENCE = 10000,
};

/// One connection with exactly one request under way.
struct connection {
    int socket;
    uint64_t sent_at;
    /// Bytes of the request that the socket has not taken yet; nearly always none.
    size_t unsent;
    size_t received;
    /// Known once the head has arrived.
    bool has_head;
    struct answer answer;
    char bytes[ANSWER_ROOM];
};

struct load {
    const struct options *options;
    struct text request;
    struct measurement *measurement;
    int events;
    bool measures;
    bool input_ended;
    bool is_over;
    uint64_t measure_from;
    uint64_t measure_until;
    struct processor_time own_start;
    struct processor_time server_start;
    struct processor_time machine_start;
};

int load_connect(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) fail_with(ENAMETOOLONG, path);
    strcpy(address.sun_path, path);
    int connected = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connected < 0 || connect(connected, (struct sockaddr *)&address, sizeof address) != 0) fail_with(errno, path);
    return connected;
}

static void watch(struct load *load, struct connection *connection, int operation, uint32_t events) {
    struct epoll_event event = {.events = events, .data.ptr = connection};
    if (epoll_ctl(load->events, operation, connection->socket, &event) != 0) fail_with(errno, "epoll_ctl");
}

/// An event without a connection is the end of standard input, to which nobody writes anything.
static void watch_input(struct load *load) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    if (epoll_ctl(load->events, EPOLL_CTL_ADD, STDIN_FILENO, &event) != 0) fail_with(errno, "standard input");
}

static void end_with_input(struct load *load) {
    load->input_ended = true;
    if (epoll_ctl(load->events, EPOLL_CTL_DEL, STDIN_FILENO, NULL) != 0) fail_with(errno, "standard input");
}

static void take(struct load *load, struct connection *connection, int socket) {
    connection->socket = socket;
    if (fcntl(socket, F_SETFL, O_NONBLOCK) != 0) fail_with(errno, "fcntl");
    watch(load, connection, EPOLL_CTL_ADD, EPOLLIN);
}

static void send_rest(struct load *load, struct connection *connection) {
    bool had_waited = connection->unsent < load->request.length;
    while (connection->unsent > 0) {
        const char *rest = load->request.bytes + load->request.length - connection->unsent;
        ssize_t sent = send(connection->socket, rest, connection->unsent, MSG_NOSIGNAL);
        if (sent < 0 && errno == EAGAIN) return watch(load, connection, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
        if (sent < 0 && errno != EINTR) fail_with(errno, "the server does not take the request");
        if (sent > 0) connection->unsent -= (size_t)sent;
    }
    if (had_waited) watch(load, connection, EPOLL_CTL_MOD, EPOLLIN);
}

static void send_request(struct load *load, struct connection *connection, uint64_t now) {
    connection->sent_at = now;
    connection->unsent = load->request.length;
    connection->received = 0;
    connection->has_head = false;
    send_rest(load, connection);
}

/// Moves from warm-up to measuring to the end. Costs two comparisons for an answer.
static void look_at_clock(struct load *load, uint64_t now) {
    const struct options *options = load->options;
    struct measurement *measurement = load->measurement;
    if (!load->measures && now >= load->measure_from) {
        load->measures = true;
        load->measure_from = now;
        load->measure_until = now + (uint64_t)(options->seconds * 1e9);
        load->own_start = processor_time_of_self();
        load->server_start = processor_time_of(options->server);
        load->machine_start = processor_time_of_machine();
        return;
    }
    bool has_all = options->count > 0 && measurement->latency.total >= options->count;
    if (!load->measures || (now < load->measure_until && !has_all && !load->input_ended)) return;
    load->is_over = true;
    measurement->seconds = (double)(now - load->measure_from) / 1e9;
    measurement->own = processor_time_between(load->own_start, processor_time_of_self());
    measurement->server = processor_time_between(load->server_start, processor_time_of(options->server));
    measurement->machine = processor_time_between(load->machine_start, processor_time_of_machine());
}

static void answered(struct load *load, struct connection *connection) {
    // The end of this answer is the beginning of the next request: one look at the clock serves both.
    uint64_t now = latency_clock();
    struct measurement *measurement = load->measurement;
    if (connection->answer.status / 100 != 2) {
        if (measurement->refused++ == 0) {
            fprintf(stderr, "load-generator: refused:\n%.*s\n", (int)connection->answer.length, connection->bytes);
        }
    } else if (load->measures) {
        latency_histogram_add(&measurement->latency, now - connection->sent_at);
    }
    look_at_clock(load, now);
    if (load->is_over) return;
    if (connection->answer.closes) {
        close(connection->socket);
        take(load, connection, load_connect(load->options->socket));
        measurement->reopened++;
    }
    send_request(load, connection, now);
}

static void receive(struct load *load, struct connection *connection) {
    ssize_t count =
        recv(connection->socket, connection->bytes + connection->received, ANSWER_ROOM - connection->received, 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) fail_with(count < 0 ? errno : 0, "the server closed a connection without an answer");
    connection->received += (size_t)count;
    if (!connection->has_head) {
        switch (answer_read_head(connection->bytes, connection->received, &connection->answer)) {
        case ANSWER_READ: connection->has_head = true; break;
        case ANSWER_UNREADABLE: fail_with(0, "an answer is not understood");
        case ANSWER_INCOMPLETE: break;
        }
    }
    size_t length = connection->has_head ? connection->answer.length : ANSWER_ROOM;
    if (length > ANSWER_ROOM || (!connection->has_head && connection->received == ANSWER_ROOM)) {
        fail_with(0, "an answer is too large");
    }
    if (connection->has_head && connection->received > length) fail_with(0, "more came than one answer");
    if (connection->has_head && connection->received == length) answered(load, connection);
}

void load_run(const struct options *options, int first, struct text request, struct measurement *measurement) {
    memset(measurement, 0, sizeof *measurement);
    struct load load = {.options = options, .request = request, .measurement = measurement};
    load.events = epoll_create1(EPOLL_CLOEXEC);
    if (load.events < 0) fail_with(errno, "epoll_create1");

    struct connection *connections = not_null(calloc(options->connections, sizeof *connections));
    for (unsigned i = 0; i < options->connections; i++) {
        take(&load, &connections[i], i == 0 ? first : load_connect(options->socket));
    }
    if (options->until_input_ends) watch_input(&load);
    load.measure_from = latency_clock() + (uint64_t)(options->warm_up * 1e9);
    for (unsigned i = 0; i < options->connections; i++) send_request(&load, &connections[i], latency_clock());

    struct epoll_event events[EVENTS_AT_ONCE];
    while (!load.is_over) {
        int count = epoll_wait(load.events, events, EVENTS_AT_ONCE, PATIENCE);
        if (count < 0 && errno != EINTR) fail_with(errno, "epoll_wait");
        if (count == 0) fail_with(0, "the server does not answer");
        for (int i = 0; i < count && !load.is_over; i++) {
            struct connection *connection = events[i].data.ptr;
            if (connection == NULL) {
                end_with_input(&load);
                continue;
            }
            if (connection->unsent > 0) send_rest(&load, connection);
            if (events[i].events & ~(uint32_t)EPOLLOUT) receive(&load, connection);
        }
    }
    for (unsigned i = 0; i < options->connections; i++) close(connections[i].socket);
    free(connections);
    close(load.events);
}
