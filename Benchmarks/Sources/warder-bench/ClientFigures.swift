/// What the clients and the proxy add to a request, each beside the same request without it.
struct ClientFigures: Encodable {
    /// One that adds something.
    struct Addition {
        let name: String
        /// What its request takes without it.
        let bare: String
        /// Microseconds.
        let target: Double
        /// The program without which it is not measured; `nil` where all that it needs was built.
        var interpreter: String?
    }

    static let additions = [
        Addition(name: "swift_overhead_us", bare: "swift_bare_us", target: 20),
        Addition(name: "node_overhead_us", bare: "node_bare_us", target: 100, interpreter: "node"),
        Addition(
            name: "python_threads_overhead_us",
            bare: "python_bare_us",
            target: 150,
            interpreter: "python3"
        ),
        Addition(
            name: "python_asyncio_overhead_us",
            bare: "python_bare_us",
            target: 150,
            interpreter: "python3"
        ),
        Addition(name: "proxy_overhead_us", bare: "proxy_bare_us", target: 1000, interpreter: "python3"),
    ]

    /// Microseconds by name; what was not measured is missing.
    let figures: [String: Double]

    func encode(to encoder: any Encoder) throws { try figures.encode(to: encoder) }
}
