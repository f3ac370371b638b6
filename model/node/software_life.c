// SPDX-License-Identifier: Apache-2.0
// What the software marks in the lives of messages.
#include "model/node/software_state.h"

#include <stdlib.h>

void software_life_mark(struct software *self, const struct step *step)
{
    uint64_t now = software_now(self);
    struct life *life = NULL;
    switch ((enum life_of)step->b) {
    case LIFE_OF_SEND:
        life = &self->sends[step->a].life;
        break;
    case LIFE_OF_PIECE:
        life = &self->pieces[step->a].life;
        break;
    case LIFE_OF_MESSAGE:
        life = lives_last(self->config.lives, (uint32_t)step->a);
        break;
    }
    if (life)
        life_mark(life, step->life, now);
}

void software_life_begin(struct software *self, struct sending *send)
{
    if (!self->config.lives || !send->transfer.is_message)
        return;
    life_begin(&send->life, send->transfer.asked_cycle);
    life_mark(&send->life, LIFE_RENDEZVOUS, software_now(self));
}

void software_life_goes(struct software *self, struct sending *send, uint32_t num_pieces)
{
    if (!self->config.lives || !send->transfer.is_message)
        return;
    for (uint32_t i = 0; i < num_pieces; i++)
        if (!lives_push(self->config.lives, send->transfer.message, &send->life))
            software_out_of_memory(self);
}

void software_life_comes(struct software *self, struct port *port, struct piece *piece)
{
    struct lives *lives = self->config.lives;
    const struct life *life = lives ? lives_pop(lives, piece->message) : NULL;
    if (!life)
        return;
    piece->lives = true;
    piece->life = *life;
    struct nic_life cards;
    if (nic_life(self->config.nic, port->driver.params.context, port->driver.completed - 1, &cards))
        life_add_cards(&piece->life, &cards);
    bool handles = self->acting == &self->interrupt_thread;
    bool interrupted = handles || self->acting->pop_up;
    uint64_t entered_cycle = handles ? self->handler_cycle : port->raised_cycle;
    if (interrupted)
        life_mark(&piece->life, LIFE_NOTICE, clock_fabric_cycle_of(self->clock, entered_cycle));
    life_mark(&piece->life, interrupted ? LIFE_INTERRUPT : LIFE_NOTICE,
              clock_fabric_cycle_of(self->clock, port->look_cycle));
    life_mark(&piece->life, LIFE_LOOK, software_now(self));
    lives_set_last(lives, piece->message, &piece->life);
}

void software_life_put(struct software *self, const struct piece *piece)
{
    if (piece->lives)
        lives_set_last(self->config.lives, piece->message, &piece->life);
}

void process_received(struct process *self, uint32_t message, uint32_t from, uint64_t bytes)
{
    struct software *software = self->software;
    struct lives *lives = software->config.lives;
    const struct life *life = lives_last(lives, message);
    if (!life)
        return;
    struct woken woken = {*life, {from, self->rank, bytes}};
    lives_forget(lives, message);
    if (!self->runnable) {
        lives_end(lives, &woken.life, &woken.end);
        return;
    }
    if (self->num_wokens == self->cap_wokens) {
        uint32_t cap = self->cap_wokens ? 2 * self->cap_wokens : 4;
        struct woken *wokens = realloc(self->wokens, cap * sizeof *wokens);
        if (!wokens) {
            software_out_of_memory(software);
            return;
        }
        self->wokens = wokens;
        self->cap_wokens = cap;
    }
    self->wokens[self->num_wokens++] = woken;
}

void software_life_wakes(struct software *self, struct process *process)
{
    for (uint32_t i = 0; i < process->num_wokens; i++) {
        struct woken *woken = &process->wokens[i];
        life_mark(&woken->life, LIFE_WAKE, software_now(self));
        lives_end(self->config.lives, &woken->life, &woken->end);
    }
    process->num_wokens = 0;
}
