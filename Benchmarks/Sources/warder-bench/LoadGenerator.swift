import Foundation

/// One run of the load generator, as it reports it.
struct LoadFigures: Decodable {
    let answers: UInt64
    let requestsPerSecond: Double
    let p50: Double
    let p99: Double
    let p999: Double
    /// Microseconds of processor time for a request.
    let serverUser: Double
    let serverKernel: Double
    let generator: Double
    /// Of all processors' time, what went to anything but server and generator.
    let othersShare: Double

    enum CodingKeys: String, CodingKey {
        case answers, generator = "generator_us"
        case requestsPerSecond = "requests_per_second"
        case p50 = "p50_us"
        case p99 = "p99_us"
        case p999 = "p999_us"
        case serverUser = "server_user_us"
        case serverKernel = "server_kernel_us"
        case othersShare = "others_share"
    }
}

/// Runs the load generator, a new process each time.
struct LoadGenerator {
    let programs: Programs
    let scratch: Scratch

    /// Sends the request for so many seconds, or until there were `count` answers unless that is 0. Fails when any
    /// answer was not 2xx.
    func run(
        _ request: LoadRequest,
        socket: String,
        server: Int32,
        connections: Int,
        seconds: Double,
        warmUp: Double = 0.5,
        count: Int = 0
    ) throws -> LoadFigures {
        let output = try ChildProcess.output(
            of: programs.loadGenerator,
            try arguments(request, socket, server, connections)
                + ["--seconds", String(seconds), "--warm-up", String(warmUp), "--count", String(count)]
        )
        return try JSONDecoder().decode(LoadFigures.self, from: output)
    }

    /// Sends the request for as long as `work` takes: every answer from its beginning to its end is in the figures.
    func run(
        _ request: LoadRequest,
        socket: String,
        server: Int32,
        connections: Int,
        during work: () throws -> Void
    ) throws -> LoadFigures {
        let output = try ChildProcess.output(
            of: programs.loadGenerator,
            try arguments(request, socket, server, connections)
                + ["--seconds", "86400", "--warm-up", "0", "--until-input-ends"],
            during: work
        )
        return try JSONDecoder().decode(LoadFigures.self, from: output)
    }

    private func arguments(
        _ request: LoadRequest,
        _ socket: String,
        _ server: Int32,
        _ connections: Int
    ) throws -> [String] {
        var arguments = [
            "--socket", socket, "--server", String(server), "--connections", String(connections),
            "--request", try file(request.name + ".http", request.bytes),
        ]
        if let token = request.tokenBody {
            arguments += ["--token-request", try file(request.name + ".token", token)]
        }
        return arguments
    }

    private func file(_ name: String, _ content: String) throws -> String {
        let path = scratch.disk + "/" + name
        try content.write(toFile: path, atomically: false, encoding: .utf8)
        return path
    }
}
