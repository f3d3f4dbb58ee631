import Foundation

/// Lets each client be measured by a program in its own language, one after the other at the same vault; and then the
/// proxy.
struct ClientRun {
    let programs: Programs
    let scratch: Scratch
    let eventLoops: Int

    func run() async throws -> ClientFigures {
        // In memory: the sync of a disk would be all that is seen.
        let vault = try VaultProcess(
            "clients",
            programs: programs,
            scratch: scratch,
            eventLoops: eventLoops,
            isInMemory: true
        )
        try await vault.start()
        defer {
            vault.stop()
            Progress.end()
        }
        let registration = Registration(vault: vault)
        try await registration.perform()
        var figures: [String: Double] = [:]
        func measure(_ name: String, _ program: String?, _ arguments: [String]) throws {
            guard let program else { return }
            Progress.show("what \(name) adds")
            let output = try ChildProcess.output(of: program, arguments)
            guard let found = try? JSONDecoder().decode([String: Double].self, from: output) else {
                throw Failure("\(program) printed no figures; it may be of another build: run Benchmarks/run.sh")
            }
            figures.merge(found) { $1 }
        }
        try measure("the client for Swift", programs.clientMeter, [vault.clientSocket])
        try measure("the client for Node", programs.node, ["clients/node-overhead.js", vault.clientSocket])
        try measure("the client for Python", programs.python, ["clients/python_overhead.py", vault.clientSocket])
        try await registration.addProxied()
        try measure("the proxy", programs.python, ["clients/proxy_overhead.py", vault.clientSocket, programs.warder])
        return ClientFigures(figures: figures)
    }
}
