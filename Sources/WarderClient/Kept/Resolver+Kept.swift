import NIOCore
import WarderWire

/// What calls get while the vault is away, where they allow it, and how the vault hears of that.
extension Resolver {
    /// What a call comes to: in place of an outage, the value that was kept, where there is one that it allows.
    func settled(
        _ result: Result<ResolvedSecret, WarderClientError>,
        of request: SecretRequest,
        from question: KeptValues.Question?
    ) -> Result<ResolvedSecret, WarderClientError> {
        switch result {
        case .success(let secret):
            if let question, request.maxStale > .zero { kept.keep(secret, from: question) }
            reportLate()
            return result
        case .failure(let error):
            if error.code == .approvalRequired { askedAbout.insert(request.demand.key.tool) }
            guard error.isOutage else {
                kept.failed(request, error)
                return result
            }
            guard !kept.isEmpty, let secret = kept.usable(for: request, at: elapsed()) else { return result }
            return .success(secret)
        }
    }

    // MARK: Changes

    /// Runs `start` once the first question for changes has an answer or none, which begins here and goes on until the client
    /// is closed: a value that was asked for before it could change with nobody to tell, and is not kept.
    func following(_ start: @escaping () -> Void) {
        guard untilHeard != nil else { return start() }
        untilHeard?.append(start)
        guard watch == nil else { return }
        watch = KeptWatch()
        follow()
    }

    private func follow() {
        let cursor = watch?.cursor
        // Nobody else knows of it: a client that is let go of takes what it keeps with it.
        poll(since: cursor, seconds: cursor == nil ? 0 : changesWait, until: Interruption()) { [weak self] answer in
            self?.heard(answer)
        }
    }

    private func heard(_ answer: Result<ChangeAnswer, WarderClientError>) {
        defer {
            let waiting = untilHeard ?? []
            untilHeard = nil
            for start in waiting { start() }
        }
        let pause: Duration
        switch answer {
        case .success(let answer):
            kept.heard(watch?.answered(answer) ?? [])
            pause = SecretChanges.Iterator.rhythm
        case .failure(let error):
            guard error.code != .closed else { return }
            kept.unheard(error)
            pause = watch?.failed(error, at: elapsed(), jitter: jitter()) ?? .zero
        }
        self.pause(pause) { [weak self] result in
            if case .success = result { self?.follow() }
        }
    }

    // MARK: Reports

    /// Tells the vault how a call went. One that used a kept value has no token that works, so its report goes out under
    /// another, now or when the vault is back, and nobody waits for it. A value that its upstream did not accept is kept no
    /// more.
    func report(
        _ report: CallReport,
        on secret: ResolvedSecret,
        traceparent: String?,
        then reply: @escaping (Result<Void, WarderClientError>) -> Void
    ) {
        if report.outcome == "refused" { kept.forget(secret.request.key) }
        if let token = secret.token { return send(report, token: token, traceparent: traceparent, then: reply) }
        sayLost(
            late.add(LateReport(report, on: secret, age: secret.stale ?? .zero, traceparent: traceparent)),
            .overloaded
        )
        reportLate()
        reply(.success(()))
    }

    private func reportLate() {
        guard let next = late.next() else { return }
        send(next) { result in
            // After a failure the others wait for the next call that gets its value.
            guard case .failure(let error) = result else {
                self.late.sent()
                return self.reportLate()
            }
            guard !error.leavesReports else { return self.sayLost(self.late.putBack(next), .overloaded) }
            self.late.sent()
            self.reportFailed?(error)
        }
    }

    /// Lets go of reports that the vault will not hear, because the client is closed.
    func loseReports() { sayLost(late.clear(), .closed) }

    private func sayLost(_ count: Int, _ code: WarderClientError.Code) {
        for _ in 0..<count { reportFailed?(WarderClientError(code)) }
    }

    private func send(
        _ late: LateReport,
        isSecondAttempt: Bool = false,
        then reply: @escaping (Result<Void, WarderClientError>) -> Void
    ) {
        token(for: late.demand) { token in
            switch token {
            case .success(let token):
                self.send(late.report, token: token, traceparent: late.traceparent) { result in
                    // Issued before the vault went away: worth one new token, as it is for a value.
                    guard case .failure(let error) = result, error.code == .tokenInvalid, !isSecondAttempt else {
                        return reply(result)
                    }
                    self.drop(token, for: late.demand)
                    self.send(late, isSecondAttempt: true, then: reply)
                }
            case .failure(let error): reply(.failure(error))
            }
        }
    }

    private func send(
        _ report: CallReport,
        token: VaultToken,
        traceparent: String?,
        then reply: @escaping (Result<Void, WarderClientError>) -> Void
    ) {
        send(
            .report(report, token: token, traceparent: traceparent),
            within: .seconds(2),
            reading: { answer throws(WarderClientError) in try answer.expect(204) },
            then: reply
        )
    }
}
