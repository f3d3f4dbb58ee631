import Locking
import NIOCore
import NIOHTTP1
import SecretRedaction
import UpstreamAddresses

extension ServerConnection {
    /// What an exchange leaves behind.
    enum Outcome {
        /// The server has its answer.
        case done(keepsLink: Bool)
        /// The request is to be sent once more, over another link.
        case again(Permit)
        /// The server's connection cannot be used any more.
        case close
    }

    /// Sends a request with the credential of the calls in flight, and carries the answer back.
    @concurrent
    func exchange(
        _ waiting: Waiting,
        _ requests: inout Requests,
        _ outbound: AnswersOut,
        over link: inout Link,
        leaving aftermath: inout Aftermath
    ) async throws -> Outcome {
        let request = waiting.request
        var permit: Permit
        do throws(RequestRefusal) {
            permit = if let earlier = waiting.permit { earlier } else { try await self.permit() }
        } catch {
            return try await refuse(error, request.body, &requests, outbound) ? .done(keepsLink: true) : .close
        }
        let shapes: SecretShapes
        let head: HTTPRequestHead
        do throws(RequestRefusal) {
            // Another link takes its time, and what the first attempt was allowed for may be over by now.
            guard permit.reports.isEmpty || !calls.areOver(permit.moment) else { throw .unreachable }
            shapes = try self.shapes(of: permit.issued)
            head = try request.head(with: permit.issued.value, for: upstream.origin)
        } catch {
            await permit.finish()
            return try await refuse(error, request.body, &requests, outbound) ? .done(keepsLink: true) : .close
        }
        let start = ContinuousClock.now
        var report = UpstreamReport(
            method: request.method.rawValue,
            host: upstream.origin.authority,
            status: nil,
            duration: .zero
        )
        // From here on the upstream may have seen the credential, whoever leaves in the middle of what.
        let outcome: Outcome
        do {
            let answer: HTTPResponseHead?
            do {
                answer = try await send(request, head, during: permit.moment, &requests, outbound, over: &link)
            } catch {
                report.duration = ContinuousClock.now - start
                permit.reports.append(report)
                throw error
            }
            report.status = (answer?.status.code).map { Int($0) }
            report.duration = ContinuousClock.now - start
            permit.reports.append(report)
            outcome = try await end(answer, of: request, permit, shapes, &requests, outbound, over: &link)
        } catch {
            await permit.finish()
            throw error
        }
        if case .again = outcome { return outcome }
        // The server has its answer, and need not wait for what the vault hears of it.
        await aftermath.next()
        aftermath.addTask { [permit] in await permit.finish() }
        return outcome
    }

    /// Gives the server what came of its request.
    ///
    /// `answer`: `nil` where the upstream closed before it answered.
    @concurrent
    private func end(
        _ answer: HTTPResponseHead?,
        of request: CheckedRequest,
        _ permit: Permit,
        _ shapes: SecretShapes,
        _ requests: inout Requests,
        _ outbound: AnswersOut,
        over link: inout Link
    ) async throws -> Outcome {
        let isFirstAttempt = permit.reports.count == 1
        guard let answer else {
            if link.isUsed, request.isRepeatable, isFirstAttempt { return .again(permit) }
            _ = try await refuse(.unreachable, nil, &requests, outbound)
            return .close
        }
        if answer.status == .unauthorized, request.body == .none, isFirstAttempt,
            let newer = await permit.issued.renew()
        {
            return .again(Permit(issued: newer, moment: permit.moment, reports: permit.reports))
        }
        // Other requests have gone out meanwhile, to this upstream and to others.
        let shapes = known.shapes ?? shapes
        let carried: HTTPResponseHead
        do throws(RequestRefusal) {
            carried = try AnswerHead.carried(answer, from: upstream.origin, base: base, covering: shapes)
        } catch {
            _ = try await refuse(error, nil, &requests, outbound)
            return .close
        }
        let outcome = try await carry(carried, to: request, outbound, covering: shapes, over: &link)
        guard case .done = outcome else { return outcome }
        return .done(keepsLink: answer.isKeepAlive)
    }

    /// What the calls in flight may have, now.
    private func permit() async throws(RequestRefusal) -> Permit {
        let moment = calls.moment
        return Permit(issued: try await credential(for: moment), moment: moment)
    }

    private func credential(for moment: CallsInFlight.Moment) async throws(RequestRefusal) -> IssuedCredential {
        // It would be denied all the same: here is known why.
        guard !moment.isDoubtful else { throw .inDoubt }
        do throws(CredentialFault) {
            return try await credentials.resolve(upstream.secret, field: upstream.field, for: moment.calls)
        } catch {
            switch error {
            case .denied: throw .denied
            case .unapproved: throw .unapproved
            case .unavailable: throw .unavailable
            }
        }
    }

    private func shapes(of issued: IssuedCredential) throws(RequestRefusal) -> SecretShapes {
        do throws(SecretShapes.Unusable) {
            return try known.shapes(
                adding: issued.value,
                version: issued.version,
                of: upstream.secret,
                field: upstream.field
            )
        } catch {
            throw .unusable
        }
    }

    /// Sends the request with its body, and waits for the answer's head.
    ///
    /// - Returns: `nil` where the upstream closed before it answered.
    /// - Throws: If the server leaves in the middle of its request; the link then ends in the middle as well.
    @concurrent
    private func send(
        _ request: CheckedRequest,
        _ head: HTTPRequestHead,
        during moment: CallsInFlight.Moment,
        _ requests: inout Requests,
        _ outbound: AnswersOut,
        over link: inout Link
    ) async throws -> HTTPResponseHead? {
        if request.body == .none {
            // An upstream that does not take it may have answered all the same.
            try? await link.requests.write(contentsOf: [.head(head), .end(nil)])
        } else {
            let limit = limitSending(during: moment, by: link.server)
            defer { limit.cancel() }
            var takes = true
            do { try await link.requests.write(.head(head)) } catch { takes = false }
            if request.waitsForContinue {
                try await outbound.write(.head(HTTPResponseHead(version: .http1_1, status: .continue)))
            }
            try await sendBody(&requests, takes: takes, over: link)
        }
        do {
            while let part = try await link.answers.next() {
                if case .head(let answer) = part { return answer }
            }
        } catch {}
        return nil
    }

    @concurrent
    private func sendBody(_ requests: inout Requests, takes: Bool, over link: Link) async throws {
        while takes, let part = try await requests.next() {
            switch part {
            case .head:
                throw ServerFault()
            case .body(let bytes):
                do { try await link.requests.write(.body(bytes)) } catch { return }
            case .end:
                // What stands behind a body is dropped: nothing asks for it, and it could repeat a field of the header.
                try? await link.requests.write(.end(nil))
                return
            }
        }
        if takes { throw ServerFault() }
    }

    /// Ends the server's connection when it sends on although the calls that its request was allowed for are over: it must
    /// not choose what is done with a credential once nobody has granted it any more.
    private func limitSending(during moment: CallsInFlight.Moment, by server: any Channel) -> RepeatedTask {
        let calls = calls
        let limit = Locked(ContinuousClock.now + CallsInFlight.longest)
        let pause = TimeAmount.milliseconds(500)
        return server.eventLoop.scheduleRepeatedTask(initialDelay: pause, delay: pause) { task in
            let now = ContinuousClock.now
            let areOver = calls.areOver(moment)
            let isPast = limit.withLock { limit in
                if areOver { limit = min(limit, now + calls.patience) }
                return now >= limit
            }
            guard isPast else { return }
            task.cancel()
            server.close(promise: nil)
        }
    }

    /// Carries an answer, its body as it comes.
    @concurrent
    private func carry(
        _ head: HTTPResponseHead,
        to request: CheckedRequest,
        _ outbound: AnswersOut,
        covering shapes: SecretShapes,
        over link: inout Link
    ) async throws -> Outcome {
        var head = head
        head.version = request.version
        // The encoder would write the end of a body that such an answer does not have.
        let isUndelimited = request.method == .HEAD && head.headers["content-length"].isEmpty
        let closes = !request.keepsAlive || isUndelimited
        if closes { head.headers.replaceOrAdd(name: "Connection", value: "close") }
        try await outbound.write(.head(head))
        var redactor = StreamRedactor(shapes)
        while let part = try await link.answers.next() {
            let shapes = known.shapes ?? shapes
            redactor.look(for: shapes)
            switch part {
            case .head:
                throw ServerFault()
            case .body(let bytes):
                let clean = redactor.next(Array(bytes.readableBytesView))
                if !clean.isEmpty { try await outbound.write(.body(ByteBuffer(bytes: clean))) }
            case .end(let trailers):
                if isUndelimited { return .close }
                let rest = redactor.end()
                let fields = trailers.map { trailers in
                    HTTPHeaders(
                        EndToEnd.trailers(of: trailers)
                            .filter { !shapes.stand(in: $0.name) }
                            .map { ($0.name, shapes.redacted($0.value)) }
                    )
                }
                let last: [AnswerPart] = rest.isEmpty ? [.end(fields)] : [.body(ByteBuffer(bytes: rest)), .end(fields)]
                try await outbound.write(contentsOf: last)
                return closes ? .close : .done(keepsLink: true)
            }
        }
        // The upstream broke off: so does the answer, visibly.
        return .close
    }

    /// The other side does not keep to the order of parts, or has gone.
    private struct ServerFault: Error {}
}
