import Foundation

/// Throughput and latency, measured in rounds that go through everything once: what drifts on the machine drifts for
/// all of them.
struct SpeedRun {
    static let connections = [1, 16, 64]

    let programs: Programs
    let scratch: Scratch
    let rounds: Int
    let seconds: Double
    let eventLoops: Int

    func run() async throws -> Samples {
        let vault = try VaultProcess("speed", programs: programs, scratch: scratch, eventLoops: eventLoops)
        try await vault.start()
        defer { vault.stop() }
        try await Registration(vault: vault).perform()

        let floorSocket = scratch.sockets + "/floor.sock"
        let floor = try ChildProcess(programs.httpFloor, [floorSocket], name: "floor", in: scratch)
        defer { floor.stop() }
        try await floor.waitForSocket(floorSocket)

        var samples = Samples()
        for round in 1...rounds {
            for connections in Self.connections {
                Progress.show("round \(round) of \(rounds), \(connections) connections")
                for request in [LoadRequest.health, .resolve, .resolveInOne] {
                    try measure(request, vault.clientSocket, vault.id, connections, into: &samples)
                }
                try measure(.bare, floorSocket, floor.id, connections, into: &samples)
            }
            let sync = try SyncFigures.measure(programs: programs, scratch: scratch, seconds: seconds / 2)
            samples.add(Sample(sync.overwritten), name: Samples.syncedAppend, connections: 1)
            samples.add(Sample(sync.growing), name: Samples.growingAppend, connections: 1)
        }
        Progress.end()
        return samples
    }

    private func measure(
        _ request: LoadRequest,
        _ socket: String,
        _ server: Int32,
        _ connections: Int,
        into samples: inout Samples
    ) throws {
        let figures = try LoadGenerator(programs: programs, scratch: scratch).run(
            request,
            socket: socket,
            server: server,
            connections: connections,
            seconds: seconds
        )
        samples.add(Sample(figures), name: request.name, connections: connections)
    }
}
