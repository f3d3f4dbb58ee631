#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

static const char usage[] =
    "usage: load-generator --socket PATH --request FILE [options]\n"
    "\n"
    "Keeps one HTTP/1.1 request under way on each of its connections to a Unix socket and prints what it\n"
    "measured as one line of JSON. Any answer other than 2xx is a failure: it is shown, and the exit status is 3.\n"
    "\n"
    "  --socket PATH         the server's socket\n"
    "  --request FILE        the request, line ends included; {token} in it stands for the token\n"
    "  --token-request FILE  body of a POST /v1/tokens that is sent first, by this very process\n"
    "  --connections N       1 to 1000 (default 1)\n"
    "  --seconds S           how long to measure (default 3)\n"
    "  --warm-up S           how long to run before that (default 0.5)\n"
    "  --count N             stop after N answers\n"
    "  --until-input-ends    stop when standard input ends\n"
    "  --server PID          report the processor time of this process as well\n"
    "  --name NAME           repeated in the output\n";

static void refuse(const char *reason) {
    fprintf(stderr, "load-generator: %s\n%s", reason, usage);
    exit(2);
}

static double number(const char *text, double smallest, double largest) {
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end != '\0' || !(value >= smallest && value <= largest)) refuse("a number is out of range");
    return value;
}

struct options options_parse(int argc, char **argv) {
    enum { SOCKET, REQUEST, TOKEN, CONNECTIONS, SECONDS, WARM_UP, COUNT, INPUT, SERVER, NAME };
    static const struct option known[] = {
        {"socket", required_argument, NULL, SOCKET},
        {"request", required_argument, NULL, REQUEST},
        {"token-request", required_argument, NULL, TOKEN},
        {"connections", required_argument, NULL, CONNECTIONS},
        {"seconds", required_argument, NULL, SECONDS},
        {"warm-up", required_argument, NULL, WARM_UP},
        {"count", required_argument, NULL, COUNT},
        {"until-input-ends", no_argument, NULL, INPUT},
        {"server", required_argument, NULL, SERVER},
        {"name", required_argument, NULL, NAME},
        {NULL, 0, NULL, 0},
    };
    struct options options = {.name = "", .connections = 1, .seconds = 3, .warm_up = 0.5};
    int found;
    while ((found = getopt_long(argc, argv, "", known, NULL)) != -1) {
        switch (found) {
        case SOCKET: options.socket = optarg; break;
        case REQUEST: options.request_file = optarg; break;
        case TOKEN: options.token_file = optarg; break;
        case CONNECTIONS: options.connections = (unsigned)number(optarg, 1, 1000); break;
        case SECONDS: options.seconds = number(optarg, 0.01, 86400); break;
        case WARM_UP: options.warm_up = number(optarg, 0, 3600); break;
        case COUNT: options.count = (unsigned long long)number(optarg, 0, 1e15); break;
        case INPUT: options.until_input_ends = true; break;
        case SERVER: options.server = (pid_t)number(optarg, 1, 1 << 30); break;
        case NAME: options.name = optarg; break;
        default: refuse("an option is unknown or incomplete");
        }
    }
    if (optind != argc) refuse("there are no arguments besides the options");
    if (options.socket == NULL || options.request_file == NULL) refuse("--socket and --request are needed");
    return options;
}
