// SPDX-License-Identifier: Apache-2.0
// Heat in a plate: each rank has a block of a grid of N x N points, exchanges its edges with its
// neighbours and, every tenth step, sums up how much has changed.
// usage: stencil [N [STEPS]]
#include <math.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

struct block {
    int rows, columns;    // without the halo
    double *now, *before; // [rows + 2][columns + 2]
    MPI_Comm grid;
    MPI_Datatype row, column;
    int up, down, left, right;
};

static double *at(const struct block *self, double *points, int row, int column)
{
    return &points[(size_t)row * ((size_t)self->columns + 2) + (size_t)column];
}

static void exchange(const struct block *self)
{
    MPI_Request r[8];
    double *p = self->before;
    int rows = self->rows;
    int columns = self->columns;
    MPI_Irecv(at(self, p, 0, 1), 1, self->row, self->up, 0, self->grid, &r[0]);
    MPI_Irecv(at(self, p, rows + 1, 1), 1, self->row, self->down, 1, self->grid, &r[1]);
    MPI_Irecv(at(self, p, 1, 0), 1, self->column, self->left, 2, self->grid, &r[2]);
    MPI_Irecv(at(self, p, 1, columns + 1), 1, self->column, self->right, 3, self->grid, &r[3]);
    MPI_Isend(at(self, p, rows, 1), 1, self->row, self->down, 0, self->grid, &r[4]);
    MPI_Isend(at(self, p, 1, 1), 1, self->row, self->up, 1, self->grid, &r[5]);
    MPI_Isend(at(self, p, 1, columns), 1, self->column, self->right, 2, self->grid, &r[6]);
    MPI_Isend(at(self, p, 1, 1), 1, self->column, self->left, 3, self->grid, &r[7]);
    MPI_Waitall(8, r, MPI_STATUSES_IGNORE);
}

static double step(struct block *self)
{
    double change = 0;
    for (int y = 1; y <= self->rows; y++) {
        for (int x = 1; x <= self->columns; x++) {
            double mean = (*at(self, self->before, y - 1, x) + *at(self, self->before, y + 1, x) +
                           *at(self, self->before, y, x - 1) + *at(self, self->before, y, x + 1)) /
                          4;
            change += fabs(mean - *at(self, self->before, y, x));
            *at(self, self->now, y, x) = mean;
        }
    }
    double *swapped = self->now;
    self->now = self->before;
    self->before = swapped;
    return change;
}

int main(int argc, char **argv)
{
    int side = argc > 1 ? atoi(argv[1]) : 128;
    int steps = argc > 2 ? atoi(argv[2]) : 100;
    int num_ranks;
    int dims[2] = {0, 0};
    int periods[2] = {0, 0};
    struct block block = {0};
    MPI_Init(&argc, &argv);
    MPI_Comm_size(MPI_COMM_WORLD, &num_ranks);
    MPI_Dims_create(num_ranks, 2, dims);
    MPI_Cart_create(MPI_COMM_WORLD, 2, dims, periods, 0, &block.grid);
    MPI_Cart_shift(block.grid, 0, 1, &block.up, &block.down);
    MPI_Cart_shift(block.grid, 1, 1, &block.left, &block.right);
    block.rows = side / dims[0];
    block.columns = side / dims[1];
    size_t points = ((size_t)block.rows + 2) * ((size_t)block.columns + 2);
    block.now = calloc(points, sizeof(double));
    block.before = calloc(points, sizeof(double));
    if (!block.now || !block.before)
        MPI_Abort(MPI_COMM_WORLD, 1);
    for (int x = 0; block.up == MPI_PROC_NULL && x < block.columns + 2; x++)
        *at(&block, block.now, 0, x) = *at(&block, block.before, 0, x) = 100;
    MPI_Type_contiguous(block.columns, MPI_DOUBLE, &block.row);
    MPI_Type_vector(block.rows, 1, block.columns + 2, MPI_DOUBLE, &block.column);
    MPI_Type_commit(&block.row);
    MPI_Type_commit(&block.column);
    for (int i = 1; i <= steps; i++) {
        exchange(&block);
        double change = step(&block);
        if (i % 10 == 0)
            MPI_Allreduce(MPI_IN_PLACE, &change, 1, MPI_DOUBLE, MPI_SUM, block.grid);
    }
    free(block.now);
    free(block.before);
    MPI_Finalize();
    return 0;
}
