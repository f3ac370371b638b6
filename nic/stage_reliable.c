// SPDX-License-Identifier: Apache-2.0
// Reliable delivery over a network that loses packets, or changes them: packets have numbers, one
// row for each pair of cards and traffic class, and are kept in on-board RAM until the other card
// has said that it has them. The handler reliable is run for each packet that goes or comes, and
// for each acknowledgement that is made.
//
// To the network goes a copy of the packet. Its time, retransmit_timeout_cycles, begins as its last
// flit has left, and is doubled by each repetition, up to 2^NIC_MAX_BACKOFF times; when it is over
// without an answer, the packet goes once more, alone (selective repeat: what else has come is not
// sent again, and networks in which packets overtake each other do not look like ones that lose
// them). At most retransmit_window packets from the oldest without answer on are under way.
//
// The receiver answers with the number up to which it has all, and a bit for each of the 64 from
// there on: with every packet that goes to the sender, or, if none does, by a packet that is only a
// header, for every ack_packets, or ack_delay_cycles after the first, or at once for one that was
// not taken. Its header is not kept and not numbered: one that is lost is made good by the next.
// Packets that were changed are known by a check of the whole packet, and are as lost.
//
// Taken are packets that have not come before and have a place: requests, grants, and payload of
// messages that have been granted theirs, in any order, as reassembly puts them right. All other
// payload, and any without reassembly, only in its turn; what is before its turn comes again. So
// whatever the network does, messages without grants come in the order in which they were sent,
// and the stage keeps no packet that waits for another.
//
// Nothing locks up, as no answer waits for what waits for answers: an acknowledgement has a buffer
// of its own for each pair, takes none of the RAM for packets that go, and is made once a packet is
// taken, which needs RAM for packets that come, and that becomes free without any packet's leaving
// (nic_layout.h: without grants that takes lists, and slots of the completion ring beside those of
// messages that go, which wait for answers). So packets without answer, which may fill the RAM for
// packets that go, always get one.
//
// A packet that went max_retries times more in vain gives its peer up: all messages to it, by this
// class, end with NIC_TIMED_OUT, now and later, and whatever comes from it is thrown away; messages
// of which a part has come from it are never whole. Without grants a packet may also be late
// because the receiver's software gives it no list: max_retries must be enough for that.
#include "nic/nic_state.h"

#include "nic/nic_reliable.h"

void nic_reliable_init(struct nic *self)
{
    for (uint32_t i = 0; i <= NIC_MAX_BACKOFF; i++)
        self->reliable.timeouts[i].item_bytes = sizeof(struct nic_timer);
    self->reliable.answers.item_bytes = sizeof(struct nic_timer);
}

void nic_reliable_free(struct nic *self)
{
    for (uint32_t i = 0; i <= NIC_MAX_BACKOFF; i++)
        free(self->reliable.timeouts[i].items);
    free(self->reliable.answers.items);
    free(self->reliable.peers);
    free(self->peer_flows.slots);
}

bool nic_reliable_idle(const struct nic *self)
{
    for (uint32_t i = 0; i < self->reliable.num_peers; i++) {
        const struct nic_peer *peer = &self->reliable.peers[i];
        if (peer->first != MSG_NONE || peer->num_unanswered || peer->answering)
            return false;
    }
    return true;
}

// --- peers --------------------------------------------------------------------------------------

static bool grow(struct nic_reliable *all)
{
    uint32_t cap = all->cap_peers ? 2 * all->cap_peers : 4;
    struct nic_peer *peers = realloc(all->peers, cap * sizeof *peers);
    if (!peers)
        return false;
    all->peers = peers;
    all->cap_peers = cap;
    return true;
}

// The record of a card, a new one if there is none; NULL without memory. Good until the next call.
static struct nic_peer *find(struct nic *self, uint32_t node, uint32_t traffic_class)
{
    struct nic_reliable *all = &self->reliable;
    struct nic_flow *flow =
        nic_flow_find(&self->peer_flows, nic_flow_key(node, 0, 0, traffic_class));
    if (!flow || (!flow->sequence && all->num_peers == all->cap_peers && !grow(all))) {
        self->failed = true;
        return NULL;
    }
    if (!flow->sequence) { // its number, from 1 on
        all->peers[all->num_peers++] = (struct nic_peer){.node = node,
                                                         .traffic_class = traffic_class,
                                                         .first = MSG_NONE,
                                                         .last = MSG_NONE,
                                                         .first_new = MSG_NONE};
        flow->sequence = all->num_peers;
    }
    return &all->peers[flow->sequence - 1];
}

// Writes what has come from a peer into the header of a packet to it, which answers all of it.
static void answer(struct nic_peer *peer, struct nic_packet *packet)
{
    packet->ack = peer->expected;
    packet->ack_seen = peer->seen;
    peer->num_unanswered = 0;
}

// --- packets that go ----------------------------------------------------------------------------

// The packet need not be kept any more.
static void retire(struct nic *self, uint32_t handle, uint64_t cycle)
{
    nic_packet_at(self, handle)->taken = true; // itself it never went
    nic_send_done(self, handle, cycle);
}

static void unlink_packet(struct nic *self, struct nic_peer *peer, uint32_t handle)
{
    uint32_t before = MSG_NONE;
    for (uint32_t i = peer->first; i != handle; i = nic_packet_at(self, i)->next_out)
        before = i;
    struct nic_packet *packet = nic_packet_at(self, handle);
    *(before == MSG_NONE ? &peer->first : &nic_packet_at(self, before)->next_out) =
        packet->next_out;
    if (peer->last == handle)
        peer->last = before;
    if (peer->first_new == handle)
        peer->first_new = packet->next_out;
    packet->next_out = MSG_NONE;
    packet->answered = true;
    packet->timer = 0;
}

// Hands packets within the window to their handler.
static void pump(struct nic *self, struct nic_peer *peer, uint64_t cycle)
{
    while (peer->first_new != MSG_NONE) {
        uint32_t handle = peer->first_new;
        struct nic_packet *packet = nic_packet_at(self, handle);
        uint32_t oldest = nic_packet_at(self, peer->first)->number;
        if (packet->number - oldest >= self->config.params.retransmit_window)
            return;
        peer->first_new = packet->next_out;
        packet->busy = true;
        nic_work_add(self, NIC_STEP_RELIABLE_OUT, handle, packet->bytes, cycle);
    }
}

// What a packet belongs to cannot be delivered.
static void fail(struct nic *self, uint32_t handle, uint64_t cycle)
{
    struct nic_packet *packet = nic_packet_at(self, handle);
    packet->given_up = true;
    if (packet->kind == NIC_PACKET_REQUEST)
        nic_send_fail(self, packet->record, cycle);
    else if (packet->kind == NIC_PACKET_DATA && packet->send != MSG_NONE)
        self->sends[packet->send].status = NIC_TIMED_OUT;
    else if (packet->kind == NIC_PACKET_DATA)
        nic_fault(self, &self->contexts[packet->source_context], NIC_TIMED_OUT);
    if (!packet->busy)
        retire(self, handle, cycle);
}

static void give_up(struct nic *self, struct nic_peer *peer, uint64_t cycle)
{
    peer->failed = true;
    while (peer->first != MSG_NONE) {
        uint32_t handle = peer->first;
        unlink_packet(self, peer, handle);
        fail(self, handle, cycle);
    }
    nic_send_fail_asked(self, peer->node, peer->traffic_class, cycle);
}

void nic_reliable_send(struct nic *self, uint32_t handle, uint64_t cycle)
{
    struct nic_packet *packet = nic_packet_at(self, handle);
    struct nic_peer *peer = find(self, packet->destination, packet->traffic_class);
    if (!peer)
        return;
    if (peer->failed) {
        fail(self, handle, cycle);
        return;
    }
    packet->number = peer->next_number++;
    if (peer->first == MSG_NONE)
        peer->first = handle;
    else
        nic_packet_at(self, peer->last)->next_out = handle;
    peer->last = handle;
    if (peer->first_new == MSG_NONE)
        peer->first_new = handle;
    pump(self, peer, cycle);
}

// The copy that goes.
void nic_reliable_out(struct nic *self, uint32_t handle, uint64_t cycle)
{
    struct nic_packet *packet = nic_packet_at(self, handle);
    if (packet->answered) { // meanwhile
        packet->busy = false;
        retire(self, handle, cycle);
        return;
    }
    uint32_t copied = nic_store_take(self->config.store);
    struct nic_peer *peer = find(self, packet->destination, packet->traffic_class);
    if (copied == MSG_NONE || !peer) {
        self->failed = true;
        return;
    }
    struct nic_packet *copy = nic_packet_at(self, copied);
    uint8_t *payload = copy->payload;
    struct nic_life *life = copy->life;
    memcpy(payload, packet->payload, packet->bytes);
    *copy = *packet;
    copy->payload = payload;
    copy->life = life;
    if (packet->num_tries == 0)
        nic_note(self, handle, NIC_LIFE_ORDER_OUT, cycle);
    if (life)
        *life = *packet->life;
    copy->next_out = copy->next_in = MSG_NONE;
    copy->original = handle;
    copy->timer = 0;
    answer(peer, copy);
    self->stats.retransmissions += packet->num_tries > 0;
    nic_link_put(self, copied, cycle);
}

void nic_reliable_gone(struct nic *self, uint32_t handle, uint64_t cycle)
{
    const struct nic_packet *copy = nic_packet_at(self, handle);
    if (copy->kind == NIC_PACKET_ACK) {
        struct nic_peer *peer = find(self, copy->destination, copy->traffic_class);
        if (!peer)
            return;
        peer->answering = peer->answers_again;
        peer->answers_again = false;
        if (peer->answering)
            nic_work_add(self, NIC_STEP_RELIABLE_ACK, (uint32_t)(peer - self->reliable.peers), 0,
                         cycle);
        return;
    }
    uint32_t original = copy->original;
    struct nic_packet *packet = nic_packet_at(self, original);
    packet->busy = false;
    if (packet->answered) {
        retire(self, original, cycle);
        return;
    }
    uint32_t level = packet->num_tries < NIC_MAX_BACKOFF ? packet->num_tries : NIC_MAX_BACKOFF;
    uint64_t timeout_cycles = (uint64_t)self->config.params.retransmit_timeout_cycles << level;
    struct nic_timer timer = {cycle + timeout_cycles, ++self->reliable.last_timer, original};
    packet->timer = timer.id;
    self->failed |= !nic_queue_push(&self->reliable.timeouts[level], &timer);
}

// --- answers ------------------------------------------------------------------------------------

// Whether the header of a packet from a peer says that a packet to it has come.
static bool is_answered(uint32_t number, const struct nic_packet *by)
{
    uint32_t ahead = number - by->ack;
    return (int32_t)ahead < 0 || (ahead < NIC_MAX_WINDOW_PACKETS && by->ack_seen >> ahead & 1);
}

static void take_answers(struct nic *self, struct nic_peer *peer, const struct nic_packet *by,
                         uint64_t cycle)
{
    for (uint32_t next, i = peer->first; i != peer->first_new; i = next) {
        struct nic_packet *packet = nic_packet_at(self, i);
        next = packet->next_out;
        if (!is_answered(packet->number, by))
            continue;
        unlink_packet(self, peer, i);
        if (packet->kind == NIC_PACKET_REQUEST)
            self->sends[packet->record].asked = true;
        if (!packet->busy)
            retire(self, i, cycle);
    }
    pump(self, peer, cycle);
}

// Makes an acknowledgement as soon as the one before has gone.
static void want_answer(struct nic *self, struct nic_peer *peer, uint64_t cycle)
{
    peer->answers_again |= peer->answering;
    if (peer->answering)
        return;
    peer->answering = true;
    nic_work_add(self, NIC_STEP_RELIABLE_ACK, (uint32_t)(peer - self->reliable.peers), 0, cycle);
}

void nic_reliable_answer(struct nic *self, uint32_t peer_idx, uint64_t cycle)
{
    struct nic_peer *peer = &self->reliable.peers[peer_idx];
    uint32_t handle = nic_store_take(self->config.store);
    if (handle == MSG_NONE) {
        self->failed = true;
        return;
    }
    struct nic_packet *packet = nic_packet_at(self, handle);
    packet->kind = NIC_PACKET_ACK;
    packet->source = self->config.node;
    packet->destination = peer->node;
    packet->traffic_class = peer->traffic_class;
    answer(peer, packet);
    self->stats.acknowledgements++;
    nic_link_put(self, handle, cycle);
}

// --- packets that come --------------------------------------------------------------------------

// Notes that a packet has come. False if it is not to be taken.
static bool note(struct nic *self, struct nic_peer *peer, const struct nic_packet *packet)
{
    uint32_t ahead = packet->number - peer->expected;
    bool any_order =
        packet->kind != NIC_PACKET_DATA || (packet->granted && self->config.params.reassembly);
    if ((int32_t)ahead < 0 || (ahead < NIC_MAX_WINDOW_PACKETS && peer->seen >> ahead & 1)) {
        self->stats.duplicates++;
        return false;
    }
    if (ahead >= NIC_MAX_WINDOW_PACKETS || (ahead > 0 && !any_order)) {
        self->stats.out_of_turn++;
        return false;
    }
    peer->seen |= UINT64_C(1) << ahead;
    for (; peer->seen & 1; peer->seen >>= 1)
        peer->expected++;
    return true;
}

static void note_unanswered(struct nic *self, struct nic_peer *peer, uint64_t cycle)
{
    const struct nic_params *params = &self->config.params;
    if (++peer->num_unanswered >= params->ack_packets) {
        want_answer(self, peer, cycle);
    } else if (peer->num_unanswered == 1) {
        struct nic_timer timer = {.cycle = cycle + params->ack_delay_cycles,
                                  .item = (uint32_t)(peer - self->reliable.peers)};
        peer->answer_cycle = timer.cycle;
        self->failed |= !nic_queue_push(&self->reliable.answers, &timer);
    }
}

void nic_reliable_in(struct nic *self, uint32_t handle, uint64_t cycle)
{
    const struct nic_packet *packet = nic_packet_at(self, handle);
    struct nic_peer *peer = find(self, packet->source, packet->traffic_class);
    if (!peer)
        return;
    self->stats.damaged += packet->damaged;
    if (packet->damaged || peer->failed) {
        nic_link_release(self, handle, cycle);
        return;
    }
    take_answers(self, peer, packet, cycle);
    if (packet->kind == NIC_PACKET_ACK) {
        nic_link_release(self, handle, cycle);
    } else if (!note(self, peer, packet)) {
        want_answer(self, peer, cycle);
        nic_link_release(self, handle, cycle);
    } else {
        note_unanswered(self, peer, cycle);
        nic_work_add(self, NIC_STEP_DEMULTIPLEX, handle, packet->bytes, cycle);
    }
}

// --- time ---------------------------------------------------------------------------------------

// True if the packet of a timer still waits for its end.
static bool is_set(const struct nic *self, const struct nic_timer *timer)
{
    const struct nic_packet *packet = nic_packet_at(self, timer->item);
    return packet->timer == timer->id && packet->source == self->config.node;
}

// The first timer of a queue that means anything; NULL if there is none.
static const struct nic_timer *first_timeout(struct nic *self, uint32_t level)
{
    struct nic_queue *queue = &self->reliable.timeouts[level];
    struct nic_timer gone;
    while (queue->num && !is_set(self, nic_queue_at(queue, 0)))
        nic_queue_pop(queue, &gone);
    return queue->num ? nic_queue_at(queue, 0) : NULL;
}

static const struct nic_timer *first_answer(struct nic *self)
{
    struct nic_queue *queue = &self->reliable.answers;
    struct nic_timer gone;
    while (queue->num) {
        const struct nic_timer *timer = nic_queue_at(queue, 0);
        const struct nic_peer *peer = &self->reliable.peers[timer->item];
        if (peer->num_unanswered && peer->answer_cycle == timer->cycle)
            return timer;
        nic_queue_pop(queue, &gone);
    }
    return NULL;
}

static void time_out(struct nic *self, uint32_t handle, uint64_t cycle)
{
    struct nic_packet *packet = nic_packet_at(self, handle);
    struct nic_peer *peer = find(self, packet->destination, packet->traffic_class);
    packet->timer = 0;
    self->stats.timeouts++;
    if (!peer)
        return;
    if (++packet->num_tries > self->config.params.max_retries) {
        give_up(self, peer, cycle);
        return;
    }
    packet->busy = true;
    nic_work_add(self, NIC_STEP_RELIABLE_OUT, handle, packet->bytes, cycle);
}

void nic_reliable_run(struct nic *self, uint64_t cycle)
{
    const struct nic_timer *timer;
    for (uint32_t level = 0; level <= NIC_MAX_BACKOFF; level++)
        while ((timer = first_timeout(self, level)) && timer->cycle <= cycle)
            time_out(self, timer->item, cycle);
    while ((timer = first_answer(self)) && timer->cycle <= cycle) {
        struct nic_peer *peer = &self->reliable.peers[timer->item];
        peer->answer_cycle = MEM_NEVER;
        want_answer(self, peer, cycle);
    }
}

uint64_t nic_reliable_next(struct nic *self)
{
    const struct nic_timer *timer = first_answer(self);
    uint64_t next_cycle = timer ? timer->cycle : MEM_NEVER;
    for (uint32_t level = 0; level <= NIC_MAX_BACKOFF; level++) {
        timer = first_timeout(self, level);
        if (timer && timer->cycle < next_cycle)
            next_cycle = timer->cycle;
    }
    return next_cycle;
}
