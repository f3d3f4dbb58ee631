/// How two figures of the same round compare. What slows a machine down for a while slows both.
struct Ratio {
    enum Target: Sendable {
        case atLeast(Double)
        case atMost(Double)
    }

    let name: String
    /// For people.
    let meaning: String
    /// `nil` for a ratio that is only shown.
    let target: Target?
    /// One value for each round; `nil` when something was not measured.
    let rounds: @Sendable (Samples) -> [Double]?

    /// Later measurements add theirs here.
    static let all = speed + GovernanceRun.connections.flatMap(governed)

    private static let speed: [Ratio] = [
        Ratio(
            name: "resolve_vs_health_64",
            meaning: "resolve / health, requests per second, 64 connections",
            target: .atLeast(0.5)
        ) { samples in
            divide(
                samples.rounds(LoadRequest.resolve.name, 64, \.requestsPerSecond),
                samples.rounds(LoadRequest.health.name, 64, \.requestsPerSecond)
            )
        },
        Ratio(
            name: "resolve_p50_vs_floor_1",
            meaning: "resolve / (health + synced append), p50, 1 connection",
            target: .atMost(1.5)
        ) { latencyOfResolve($0, over: Samples.syncedAppend) },
        Ratio(
            name: "resolve_p50_vs_growing_floor_1",
            meaning: "the same with an append to a file that grows",
            target: nil
        ) { latencyOfResolve($0, over: Samples.growingAppend) },
        Ratio(
            name: "health_vs_bare_64",
            meaning: "health / bare NIO handler, requests per second, 64 connections",
            target: .atLeast(0.7)
        ) { samples in
            divide(
                samples.rounds(LoadRequest.health.name, 64, \.requestsPerSecond),
                samples.rounds(LoadRequest.bare.name, 64, \.requestsPerSecond)
            )
        },
    ]

    /// What it costs a token request that the vault is governed.
    private static func governed(_ connections: Int) -> [Ratio] {
        [
            Ratio(
                name: "token_governed_vs_bare_cpu_\(connections)",
                meaning: "governed / bare vault, token request, processor time, \(connections) connections",
                target: .atMost(1.1)
            ) { samples in
                divide(
                    samples.rounds(GovernanceRun.governed, connections, \.server),
                    samples.rounds(GovernanceRun.bare, connections, \.server)
                )
            },
            Ratio(
                name: "token_governed_vs_bare_p50_\(connections)",
                meaning: "the same, p50",
                target: .atMost(1.1)
            ) { samples in
                divide(
                    samples.rounds(GovernanceRun.governed, connections, \.p50),
                    samples.rounds(GovernanceRun.bare, connections, \.p50)
                )
            },
        ]
    }

    /// One connection's median against the least that it can be: what any request takes, and one append.
    private static func latencyOfResolve(_ samples: Samples, over append: String) -> [Double]? {
        guard let health = samples.rounds(LoadRequest.health.name, 1, \.p50),
            let append = samples.rounds(append, 1, \.p50)
        else { return nil }
        return divide(samples.rounds(LoadRequest.resolve.name, 1, \.p50), zip(health, append).map { $0 + $1 })
    }

    private static func divide(_ dividends: [Double]?, _ divisors: [Double]?) -> [Double]? {
        guard let dividends, let divisors else { return nil }
        return zip(dividends, divisors).map { $0 / $1 }
    }

    func summary(_ samples: Samples) -> RatioSummary? {
        rounds(samples).map { RatioSummary(ratio: self, rounds: $0) }
    }
}

/// A ratio's median over all rounds, and the furthest rounds.
struct RatioSummary {
    let ratio: Ratio
    let median: Double
    let smallest: Double
    let largest: Double

    init(ratio: Ratio, rounds: [Double]) {
        self.ratio = ratio
        median = rounds.median
        smallest = rounds.min() ?? 0
        largest = rounds.max() ?? 0
    }

    var isReached: Bool {
        switch ratio.target {
        case .atLeast(let least): median >= least
        case .atMost(let most): median <= most
        case nil: true
        }
    }
}
