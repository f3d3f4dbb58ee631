/// The medians of one measurement over all rounds.
struct Summary: Encodable {
    let name: String
    let connections: Int
    let requestsPerSecond: Double
    let slowestRound: Double
    let fastestRound: Double
    /// Microseconds.
    let p50: Double
    let p99: Double
    let p999: Double
    /// Microseconds of processor time for a request.
    let serverUser: Double
    let serverKernel: Double
    let generator: Double
    /// Of all processors' time, what went to neither server nor generator.
    let othersShare: Double

    enum CodingKeys: String, CodingKey {
        case name, connections
        case requestsPerSecond = "requests_per_second"
        case slowestRound = "requests_per_second_min"
        case fastestRound = "requests_per_second_max"
        case p50 = "p50_us"
        case p99 = "p99_us"
        case p999 = "p999_us"
        case serverUser = "server_user_us"
        case serverKernel = "server_kernel_us"
        case generator = "generator_us"
        case othersShare = "others_share"
    }

    init(name: String, connections: Int, _ samples: [Sample]) {
        self.name = name
        self.connections = connections
        let rates = samples.map(\.requestsPerSecond)
        requestsPerSecond = rates.median
        slowestRound = rates.min() ?? 0
        fastestRound = rates.max() ?? 0
        p50 = samples.map(\.p50).median
        p99 = samples.map(\.p99).median
        p999 = samples.map(\.p999).median
        serverUser = samples.map(\.serverUser).median
        serverKernel = samples.map(\.serverKernel).median
        generator = samples.map(\.generator).median
        othersShare = samples.map(\.othersShare).median
    }
}

extension [Double] {
    /// The middle one, or the mean of the two in the middle; 0 for none.
    var median: Double {
        guard !isEmpty else { return 0 }
        let sorted = sorted()
        return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2
    }
}
