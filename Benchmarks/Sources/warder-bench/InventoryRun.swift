import Foundation
import NIOHTTP1

/// Judges, imports and reviews documents with the command that people use; each round imports into a server of its own.
struct InventoryRun {
    /// Public documents, where the data for tests lies beside the tree, and their limits in seconds.
    private static let documents = ["petstore3.yaml": 1.0, "slack_web_v2_noexamples.json": 1.0]
    private static let folder = "../../shared/data/openapi/"
    private static let largeLimit = 3.0

    let programs: Programs
    let scratch: Scratch
    let rounds: Int
    let eventLoops: Int
    private var servers = 0
    /// Documents that are not there.
    private(set) var missing: [String] = []

    init(programs: Programs, scratch: Scratch, rounds: Int, eventLoops: Int) {
        self.programs = programs
        self.scratch = scratch
        self.rounds = rounds
        self.eventLoops = eventLoops
    }

    mutating func run() async throws -> [InventoryFigures] {
        let vault = try VaultProcess("inventory", programs: programs, scratch: scratch, eventLoops: eventLoops)
        try await vault.start()
        defer {
            vault.stop()
            Progress.end()
        }
        let client = try await OperatorClient.connect(to: vault.operatorSocket)
        try await client.send(
            .POST,
            "/v1/sys/init",
            #"{"passphrase":"\#(OperatorClient.passphrase)","operator":"bench"}"#
        )
        var figures: [InventoryFigures] = []
        for (name, limit) in Self.documents.sorted(by: { $0.key < $1.key }) {
            guard FileManager.default.isReadableFile(atPath: Self.folder + name) else {
                missing.append(name)
                continue
            }
            figures.append(try await measure(name, Self.folder + name, limit, vault, client))
        }
        let large = scratch.disk + "/large.json"
        try LargeDocument.json.write(toFile: large, atomically: false, encoding: .utf8)
        figures.append(
            try await measure("\(LargeDocument.operations) operations", large, Self.largeLimit, vault, client)
        )
        await client.close()
        return figures
    }

    private mutating func measure(
        _ name: String,
        _ file: String,
        _ limit: Double,
        _ vault: VaultProcess,
        _ client: OperatorClient
    ) async throws -> InventoryFigures {
        var (judged, imported, again, reviewed): ([Double], [Double], [Double], [Double]) = ([], [], [], [])
        let page = scratch.disk + "/review.html"
        var peak = 0
        for round in 1...rounds {
            Progress.show("importing \(name), \(round) of \(rounds)")
            servers += 1
            let server = "api\(servers)"
            // No server runs as the operator, who need not prove to be there then.
            try await client.send(.POST, "/v1/servers", #"{"name":"\#(server)","selectors":{"uid":64123}}"#)
            let arguments = [
                "tool", "import", "openapi", file, "--server", server, "--yes", "--socket", vault.operatorSocket,
            ]
            judged.append(try run(["tool", "classify", file]).seconds)
            let first = try run(arguments)
            imported.append(first.seconds)
            again.append(try run(arguments).seconds)
            let review = ["report", "--openapi", file, "--format", "html", "--output-file", page, "--yes"]
            reviewed.append(try run(review).seconds)
            peak = max(peak, first.peak)
        }
        let bytes = try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int
        return InventoryFigures(
            document: name,
            bytes: bytes ?? 0,
            classifySeconds: judged.median,
            importSeconds: imported.median,
            againSeconds: again.median,
            reportSeconds: reviewed.median,
            commandPeak: peak,
            limitSeconds: limit
        )
    }

    private func run(_ arguments: [String]) throws -> MeasuredCommand {
        try MeasuredCommand(arguments, programs: programs, scratch: scratch)
    }
}
