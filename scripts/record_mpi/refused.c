// SPDX-License-Identifier: Apache-2.0
// Calls that a trace has nothing for: the program is stopped in them. Without mpi.h, since what
// they are given does not matter.
#include "part.h"

#define REFUSED(X)                                                                                 \
    X(MPI_Barrier_init)                                                                            \
    X(MPI_Cancel)                                                                                  \
    X(MPI_Isendrecv)                                                                               \
    X(MPI_Isendrecv_replace)                                                                       \
    X(MPI_Psend_init)                                                                              \
    X(MPI_Precv_init)                                                                              \
    /* other ranks than those of MPI_COMM_WORLD, and groups that are made beside the program */    \
    X(MPI_Comm_accept)                                                                             \
    X(MPI_Comm_connect)                                                                            \
    X(MPI_Comm_create_from_group)                                                                  \
    X(MPI_Comm_idup)                                                                               \
    X(MPI_Comm_idup_with_info)                                                                     \
    X(MPI_Comm_join)                                                                               \
    X(MPI_Comm_spawn)                                                                              \
    X(MPI_Comm_spawn_multiple)                                                                     \
    X(MPI_Intercomm_create)                                                                        \
    X(MPI_Intercomm_create_from_groups)                                                            \
    X(MPI_Intercomm_merge)                                                                         \
    X(MPI_Session_init)                                                                            \
    /* one-sided: everything else wants a window */                                                \
    X(MPI_Win_allocate)                                                                            \
    X(MPI_Win_allocate_c)                                                                          \
    X(MPI_Win_allocate_shared)                                                                     \
    X(MPI_Win_allocate_shared_c)                                                                   \
    X(MPI_Win_create)                                                                              \
    X(MPI_Win_create_c)                                                                            \
    X(MPI_Win_create_dynamic)

// Collectives of neighbours, and persistent ones.
#define REFUSED_FAMILIES(X)                                                                        \
    X(MPI_Allgather_init)                                                                          \
    X(MPI_Allgatherv_init)                                                                         \
    X(MPI_Allreduce_init)                                                                          \
    X(MPI_Alltoall_init)                                                                           \
    X(MPI_Alltoallv_init)                                                                          \
    X(MPI_Alltoallw_init)                                                                          \
    X(MPI_Bcast_init)                                                                              \
    X(MPI_Exscan_init)                                                                             \
    X(MPI_Gather_init)                                                                             \
    X(MPI_Gatherv_init)                                                                            \
    X(MPI_Ineighbor_allgather)                                                                     \
    X(MPI_Ineighbor_allgatherv)                                                                    \
    X(MPI_Ineighbor_alltoall)                                                                      \
    X(MPI_Ineighbor_alltoallv)                                                                     \
    X(MPI_Ineighbor_alltoallw)                                                                     \
    X(MPI_Neighbor_allgather)                                                                      \
    X(MPI_Neighbor_allgather_init)                                                                 \
    X(MPI_Neighbor_allgatherv)                                                                     \
    X(MPI_Neighbor_allgatherv_init)                                                                \
    X(MPI_Neighbor_alltoall)                                                                       \
    X(MPI_Neighbor_alltoall_init)                                                                  \
    X(MPI_Neighbor_alltoallv)                                                                      \
    X(MPI_Neighbor_alltoallv_init)                                                                 \
    X(MPI_Neighbor_alltoallw)                                                                      \
    X(MPI_Neighbor_alltoallw_init)                                                                 \
    X(MPI_Reduce_init)                                                                             \
    X(MPI_Reduce_scatter_block_init)                                                               \
    X(MPI_Reduce_scatter_init)                                                                     \
    X(MPI_Scan_init)                                                                               \
    X(MPI_Scatter_init)                                                                            \
    X(MPI_Scatterv_init)

// What is recorded or refused above, with counts of more than 32 bits.
#define REFUSED_LARGE(X)                                                                           \
    X(MPI_Allgather)                                                                               \
    X(MPI_Allgatherv)                                                                              \
    X(MPI_Allreduce)                                                                               \
    X(MPI_Alltoall)                                                                                \
    X(MPI_Alltoallv)                                                                               \
    X(MPI_Alltoallw)                                                                               \
    X(MPI_Bcast)                                                                                   \
    X(MPI_Bsend)                                                                                   \
    X(MPI_Bsend_init)                                                                              \
    X(MPI_Exscan)                                                                                  \
    X(MPI_Gather)                                                                                  \
    X(MPI_Gatherv)                                                                                 \
    X(MPI_Iallgather)                                                                              \
    X(MPI_Iallgatherv)                                                                             \
    X(MPI_Iallreduce)                                                                              \
    X(MPI_Ialltoall)                                                                               \
    X(MPI_Ialltoallv)                                                                              \
    X(MPI_Ialltoallw)                                                                              \
    X(MPI_Ibcast)                                                                                  \
    X(MPI_Ibsend)                                                                                  \
    X(MPI_Iexscan)                                                                                 \
    X(MPI_Igather)                                                                                 \
    X(MPI_Igatherv)                                                                                \
    X(MPI_Imrecv)                                                                                  \
    X(MPI_Irecv)                                                                                   \
    X(MPI_Ireduce)                                                                                 \
    X(MPI_Ireduce_scatter)                                                                         \
    X(MPI_Ireduce_scatter_block)                                                                   \
    X(MPI_Irsend)                                                                                  \
    X(MPI_Iscan)                                                                                   \
    X(MPI_Iscatter)                                                                                \
    X(MPI_Iscatterv)                                                                               \
    X(MPI_Isend)                                                                                   \
    X(MPI_Isendrecv)                                                                               \
    X(MPI_Isendrecv_replace)                                                                       \
    X(MPI_Issend)                                                                                  \
    X(MPI_Mrecv)                                                                                   \
    X(MPI_Recv)                                                                                    \
    X(MPI_Recv_init)                                                                               \
    X(MPI_Reduce)                                                                                  \
    X(MPI_Reduce_scatter)                                                                          \
    X(MPI_Reduce_scatter_block)                                                                    \
    X(MPI_Rsend)                                                                                   \
    X(MPI_Rsend_init)                                                                              \
    X(MPI_Scan)                                                                                    \
    X(MPI_Scatter)                                                                                 \
    X(MPI_Scatterv)                                                                                \
    X(MPI_Send)                                                                                    \
    X(MPI_Send_init)                                                                               \
    X(MPI_Sendrecv)                                                                                \
    X(MPI_Sendrecv_replace)                                                                        \
    X(MPI_Ssend)                                                                                   \
    X(MPI_Ssend_init)

#define REFUSE(name)                                                                               \
    int name(void);                                                                                \
    int name(void)                                                                                 \
    {                                                                                              \
        part_refuse_call(#name);                                                                   \
    }
#define REFUSE_LARGE(name)  REFUSE(name##_c)
#define REFUSE_FAMILY(name) REFUSE(name) REFUSE(name##_c)

REFUSED(REFUSE)
REFUSED_FAMILIES(REFUSE_FAMILY)
REFUSED_LARGE(REFUSE_LARGE)
