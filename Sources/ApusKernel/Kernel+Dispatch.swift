import ApusJSON
import ApusSession
import JupyterProtocol

extension Kernel {
    /// Every request on shell and control is answered, whatever it is; it is the client's choice what it sends where.
    func dispatch(_ request: Request) {
        guard let subshell = subshells.find(request.header.subshell) else {
            return answer(request) { refuse(request, "there is no subshell '\(request.header.subshell ?? "")'") }
        }
        let content = request.message.content
        switch request.header.type {
        case "execute_request": execute(request, in: subshell)
        case "kernel_info_request": answer(request) { publisher.reply(information, to: request) }
        case "complete_request": complete(request)
        case "inspect_request": inspect(request)
        case "is_complete_request": isComplete(request)
        case "history_request":
            answer(request) { () throws(InvalidContent) in
                let wanted = try HistoryRequest(content)
                publisher.reply(HistoryReply(subshell.history.answer(wanted)), to: request)
            }
        case "comm_info_request": answer(request) { publisher.reply(CommInfoReply(), to: request) }
        case "comm_open":
            answer(request) { () throws(InvalidContent) in
                // No target is known here; the protocol asks to close what cannot be opened.
                let comm = try CommOpenRequest(content)
                publisher.publish(CommClose(id: comm.id), parent: request.header)
            }
        case "comm_msg", "comm_close": answer(request) {}
        case "interrupt_request":
            answer(request) {
                interrupt()
                publisher.reply(InterruptReply(), to: request)
            }
        case "shutdown_request": shutDown(request)
        case "create_subshell_request": createSubshell(request)
        case "delete_subshell_request": deleteSubshell(request)
        case "list_subshell_request": answer(request) { publisher.reply(ListSubshellReply(ids: subshells.ids), to: request) }
        case let type: answer(request) { refuse(request, "this kernel knows no '\(type)'") }
        }
    }

    private func execute(_ request: Request, in subshell: Subshell) {
        do {
            let item = CellQueue.Item(request: request, cell: try ExecuteRequest(request.message.content))
            if !attached.start(item, in: subshell) { subshell.cells.enqueue(item) }
        } catch {
            answer(request) { refuse(request, error.description) }
        }
    }

    private func shutDown(_ request: Request) {
        answer(request) { () throws(InvalidContent) in
            let reply = ShutdownReply(restart: try ShutdownRequest(request.message.content).restart)
            close()
            publisher.reply(reply, to: request)
            publisher.publish(reply, parent: request.header)
        }
        if subshells.main.cells.isClosed { finished.signal() }
    }

    private func createSubshell(_ request: Request) {
        answer(request) {
            guard let id = subshells.create() else { return refuse(request, "there are too many subshells; delete some") }
            publisher.reply(CreateSubshellReply(id: id), to: request)
        }
    }

    private func deleteSubshell(_ request: Request) {
        answer(request) { () throws(InvalidContent) in
            let id = try DeleteSubshellRequest(request.message.content).id
            guard subshells.delete(id) else { return refuse(request, "there is no subshell '\(id)'") }
            publisher.reply(DeleteSubshellReply(), to: request)
        }
    }

    private var information: KernelInfoReply {
        KernelInfoReply(
            implementation: "apus", implementationVersion: version, languageInfo: session.language.jupyter,
            banner: "Apus \(version): time-series models in magic cells. %lsmagic lists them; %%train? explains one.",
            supportedFeatures: ["kernel subshells"])
    }

    private func complete(_ request: Request) {
        assist(request, CompleteRequest.self) { [session] wanted in
            let found = await session.complete(wanted.code, cursor: wanted.cursor)
            let matches = found.items.map { CompleteReply.Match(text: $0.text, kind: $0.kind, summary: $0.summary) }
            return CompleteReply(matches: matches, range: found.start..<max(found.start, found.end))
        }
    }

    private func inspect(_ request: Request) {
        assist(request, InspectRequest.self) { [session] wanted in
            let found = await session.inspect(wanted.code, cursor: wanted.cursor, detail: wanted.detail > 0 ? .full : .brief)
            return InspectReply(found: found.map { ($0.data, $0.metadata) })
        }
    }

    private func isComplete(_ request: Request) {
        assist(request, IsCompleteRequest.self) { [session] wanted in
            switch await session.completeness(of: wanted.code) {
            case .complete: IsCompleteReply(status: "complete")
            case .incomplete(let indent): IsCompleteReply(status: "incomplete", indent: indent)
            case .invalid: IsCompleteReply(status: "invalid")
            case .unknown: IsCompleteReply(status: "unknown")
            }
        }
    }
}
