import Locking
import NIOHTTP1
import WarderCore
import WarderModel
import WarderWire

/// Starting servers.
extension RouteTable {
    static let launches = Route(.POST, "/v1/launches", body: .small, for: .launchers) { exchange throws(Problem) in
        try exchange.startLaunch()
    }
}

extension Exchange {
    fileprivate func startLaunch() throws(Problem) -> Work {
        let request = try decode(LaunchRequest.self)
        let server: ServerName = try Exchange.parse(request.server, what: "The server")
        guard let line = launchLine else { throw .forServer(.unknownPeer) }
        guard line.launch == nil else { throw .forServer(.launchUnderWay) }
        let admitsMembers = request.members ?? true
        let reserved = Locked<Launch?>(nil)
        let command = Launches.start(server, by: caller) { membership throws(Refusal) in
            // Decided a second time, because the commit of the first failed.
            if let earlier = reserved.withLock({ $0 }) { line.drop(earlier) }
            let launch = try line.reserve(membership, admitsMembers: admitsMembers)
            reserved.withLock { $0 = launch }
        }
        let vault = vault
        return .decision(command.action) { finish in
            vault.submit(command) { outcome in
                let launch = reserved.withLock { $0 }
                switch (outcome, launch) {
                case (.success(let membership), .some(let launch)):
                    // A connection that has ended meanwhile hears nothing of it.
                    _ = line.begin(launch)
                    finish {
                        .success(
                            .json(
                                LaunchAnswer(launch: membership.id.text, server: membership.server.text),
                                .created
                            )
                        )
                    }
                case (.success, .none): finish { .failure(.launchUnderWay) }
                case (.failure(let refusal), _):
                    if let launch { line.drop(launch) }
                    finish { .failure(refusal) }
                }
            }
        }
    }
}
