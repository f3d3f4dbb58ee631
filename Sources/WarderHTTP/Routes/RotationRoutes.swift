import Dispatch
import NIOHTTP1
import Rotating
import WarderCore
import WarderModel
import WarderWire

/// How secrets are rotated, for operators. Verbs are routes of their own, because names span slashes.
extension RouteTable {
    static let rotations: [Route] = [
        Route(.GET, "/v1/rotations", action: .rotationList) { exchange in
            exchange.list(Rotations.list(by: exchange.caller))
        },
        Route(.GET, "/v1/rotations/{name...}", action: .rotationList) { exchange throws(Problem) in
            let name: SecretName = try exchange.name("name")
            return exchange.list(Rotations.list(name, by: exchange.caller))
        },
        Route(.PUT, "/v1/rotations/{name...}", action: .rotationSet, body: .small) { exchange throws(Problem) in
            let plan = try Rotations.Plan(exchange.decode(RotationRequest.self))
            return exchange.ask(Rotations.set(try exchange.name("name"), plan, by: exchange.caller), summary)
        },
        Route(.DELETE, "/v1/rotations/{name...}", action: .rotationRemove) { exchange throws(Problem) in
            let name: SecretName = try exchange.name("name")
            return exchange.ask(Rotations.remove(name, by: exchange.caller)) { .json(Done(name: name.text)) }
        },
        Route(.POST, "/v1/rotate/{name...}", action: .rotationStart, body: .small) { exchange throws(Problem) in
            let request = try exchange.decode(RotationStart.self)
            let start = Rotations.start(
                try exchange.name("name"),
                reason: try Exchange.text(request.reason, what: "The reason"),
                compromised: request.compromised ?? false,
                by: exchange.caller
            )
            return exchange.ask(start, summary)
        },
        Route(.POST, "/v1/rotate-pause/{name...}", action: .rotationPause, body: .small) { exchange throws(Problem) in
            let request = try exchange.decode(RotationPause.self)
            return exchange.ask(
                Rotations.pause(try exchange.name("name"), request.paused, by: exchange.caller),
                summary
            )
        },
        Route(.POST, "/v1/rotate-resume/{name...}", action: .rotationResume, body: .small) {
            exchange throws(Problem) in
            try exchange.expectNoBody()
            return exchange.ask(Rotations.resume(try exchange.name("name"), by: exchange.caller), summary)
        },
        Route(.POST, "/v1/rotate-abort/{name...}", action: .rotationAbort, body: .small) { exchange throws(Problem) in
            try exchange.expectNoBody()
            return exchange.ask(Rotations.abort(try exchange.name("name"), by: exchange.caller), summary)
        },
        Route(.POST, "/v1/rotate-rollback/{name...}", action: .rotationRollback, body: .small) {
            exchange throws(Problem) in
            try exchange.expectNoBody()
            return exchange.ask(Rotations.rollback(try exchange.name("name"), by: exchange.caller), summary)
        },
        Route(.POST, "/v1/rotate-forget/{name...}", action: .rotationForget, body: .small) {
            exchange throws(Problem) in
            let request = try exchange.decode(RotationForget.self)
            guard let run = Hex.decode(request.rotation).flatMap({ RecordID(bytes: $0) }) else {
                throw .invalid("rotation is 32 hexadecimal digits, as status shows them.")
            }
            return exchange.ask(
                Rotations.forget(try exchange.name("name"), orphanOf: run, by: exchange.caller),
                summary
            )
        },
        Route(.POST, "/v1/rotate-test/{name...}", action: .rotationTest, body: .small) { exchange throws(Problem) in
            try exchange.expectNoBody()
            return try exchange.testRotation()
        },
    ]

    private static let summary: @Sendable (Rotations.Overview) -> Answer = { .json(RotationSummary($0)) }
}

extension Exchange {
    /// There may be thousands: shown on a thread for slow work.
    fileprivate func list(_ command: Command<Rotations.Listing>) -> Work {
        let (vault, context) = (vault, context)
        return .decision(command.action) { finish in
            vault.submit(command) { outcome in
                context.slowWork {
                    let answer = outcome.map { listing in
                        Answer.json(RotationList(rotations: listing.overviews.map(RotationSummary.init)))
                    }
                    finish { answer }
                }
            }
        }
    }

    /// Time for the rotator to answer, in seconds; within the patience for a long poll.
    private static let patience = 50

    /// Decided like any command; what is handed out afterwards goes to a worker that was claimed before.
    fileprivate func testRotation() throws(Problem) -> Work {
        let name: SecretName = try name("name")
        let jobs = vault.jobs
        let vault = vault
        let caller = caller
        return .decision(.rotationTest) { finish in
            let seat = jobs.claim()
            vault.submit(Rotations.test(name, workerWaits: seat != nil, by: caller)) { outcome in
                switch outcome {
                case .failure(let refusal):
                    if let seat { jobs.giveBack(seat) }
                    finish { .failure(refusal) }
                case .success(let handout):
                    guard let seat, let handout else {
                        if let seat { jobs.giveBack(seat) }
                        let result = RotationTestResult(
                            outcome: "done",
                            message: nil,
                            overlaps: true,
                            makes: "vault"
                        )
                        return finish { .success(.json(result)) }
                    }
                    jobs.hand(.step(handout), to: seat) { answer in
                        finish { .success(.json(RotationTestResult(answer.answer))) }
                    }
                    DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(Self.patience)) {
                        jobs.giveUp(handout.id)
                    }
                }
            }
        }
    }
}

extension RotationTestResult {
    init(_ answer: StepAnswer) {
        self.init(
            outcome: answer.outcome.rawValue,
            message: answer.message?.text,
            overlaps: answer.overlaps,
            makes: answer.maker?.rawValue
        )
    }
}
